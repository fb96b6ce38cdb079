import { type Static, Type } from '@sinclair/typebox'
import { Nullable, StringEnum } from '../../domain/schema.ts'
import { component } from '../../http/openapi.ts'
import { pageFields, pageOf } from '../../http/pagination.ts'
import { Timestamp, Uuid } from '../../http/schemas.ts'

export const outcomes = ['pending', 'created', 'linked', 'refused', 'failed'] as const

/** An object on which the `onAlert` of a query has acted. */
export const QueryTarget = component(
  'QueryTarget',
  Type.Object(
    {
      id: Uuid,
      objectKey: Type.String({ description: 'What it is about: the object id at the broker, or the name where there is none.' }),
      alertId: { ...Uuid, description: 'The alert that met the conditions first.' },
      runId: { ...Uuid, description: 'The run that received it.' },
      outcome: StringEnum(outcomes, {
        description:
          'What came of it: a target that is new (`created`) or was there (`linked`), or none, because it is not clear which one is meant or the alert makes none (`refused`), or because something went wrong again and again (`failed`). `pending` = it is being made.'
      }),
      targetId: Nullable({ ...Uuid, description: 'The target, even if it was deleted since.' }),
      detail: Nullable(Type.String({ description: 'Why there is no target.' })),
      createdAt: Timestamp,
      settledAt: Nullable({ ...Timestamp, description: 'When it was decided [UTC]; null while it is pending.' })
    },
    { description: 'An object on which the `onAlert` of a query has acted: once, whatever came of it.' }
  )
)
export type QueryTarget = Static<typeof QueryTarget>

export const QueryTargetPage = pageOf('QueryTargetPage', QueryTarget)

/** Query parameters of the list. */
export const QueryTargetFilter = Type.Object(
  { ...pageFields, outcome: Type.Optional(StringEnum(outcomes, { description: 'Only those with this outcome.' })) },
  { additionalProperties: false }
)
export type QueryTargetFilter = Static<typeof QueryTargetFilter>

/** How many are tried again. */
export const RetriedTargets = component(
  'RetriedTargets',
  Type.Object(
    { retried: Type.Integer({ minimum: 0, description: 'How many are tried again [count].' }) },
    { description: 'What is tried again.' }
  )
)
