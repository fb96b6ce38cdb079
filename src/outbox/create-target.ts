import { type Static, Type } from '@sinclair/typebox'
import { compileCheck } from '../domain/schema.ts'

/** What an alert sets off that meets the conditions of its query: a target. */
export const createTargetTopic = 'create-target'

/** What is to become a target, and on what terms. The row of `QueryTarget` with the id of the delivery tells what became of it. */
export const CreateTarget = Type.Object({
  alertId: Type.String(),
  /** Run that received the alert. */
  runId: Type.String(),
  /** Whose target it is. */
  caller: Type.String(),
  onMatch: Type.Optional(Type.String()),
  /** [arcsec] */
  matchRadius: Type.Optional(Type.Number()),
  listName: Type.Optional(Type.String())
})
export type CreateTarget = Static<typeof CreateTarget>

/** Tells whether a payload says what is to become a target. */
export const isCreateTarget = compileCheck(CreateTarget)
