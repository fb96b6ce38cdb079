import { type Static, Type } from '@sinclair/typebox'
import { type Check, type Complaint, compileCheck, Nullable, StringEnum } from '../domain/schema.ts'
import { component, defaulted, nullableRef, ref } from '../http/openapi.ts'
import { Uuid } from '../http/schemas.ts'
import { TargetCreation, type TargetTerms, termFields } from './new-target-schemas.ts'
import { Match } from './schemas.ts'

/** Most targets that one request can ask for. */
export const mostTargets = 10_000

/** Which alerts of a run to make targets of. */
export interface TargetsOfRun extends TargetTerms {
  readonly runId: string
  readonly cursor?: string
  readonly limit?: number
}

const TargetsOfRun = component(
  'TargetsOfRun',
  Type.Unsafe<TargetsOfRun>(
    Type.Object(
      {
        runId: { ...Uuid, description: 'Run whose alerts become targets, in their order.' },
        cursor: Type.Optional(Type.String({ maxLength: 2000, description: '`next` of the step before; left out for the first step.' })),
        limit: Type.Optional(
          Type.Integer({ minimum: 1, maximum: mostTargets, default: mostTargets, description: 'Most alerts of this step [count].' })
        ),
        ...termFields
      },
      { additionalProperties: false, description: 'Targets made of the alerts of a run, in steps.' }
    )
  )
)

/** Which alerts to make targets of. */
export interface TargetsOfAlerts extends TargetTerms {
  readonly alertIds: readonly string[]
}

const TargetsOfAlerts = component(
  'TargetsOfAlerts',
  Type.Unsafe<TargetsOfAlerts>(
    Type.Object(
      {
        alertIds: Type.Array(Uuid, { minItems: 1, maxItems: mostTargets, description: 'Stored alerts: `id` of /v1/alerts.' }),
        ...termFields
      },
      { additionalProperties: false, description: 'Targets made of stored alerts.' }
    )
  )
)

/** Targets as a client describes them; each item is checked by itself. */
export interface TargetsOfItems extends TargetTerms {
  readonly items: readonly unknown[]
}

const itemLimits = { minItems: 1, maxItems: mostTargets }
const itemsOptions = { additionalProperties: false, description: 'Targets as the items describe them.' }
const TargetsOfItems = component(
  'TargetsOfItems',
  Type.Unsafe<TargetsOfItems>(
    Type.Object(
      {
        items: Type.Array(ref(TargetCreation), {
          ...itemLimits,
          description: 'What POST /v1/targets takes, many times. What an item says of its own terms counts more than what the batch says.'
        }),
        ...termFields
      },
      itemsOptions
    )
  )
)

/** Body of the request that makes many targets; which of its forms applies is decided by what it holds. */
export type TargetBatch = TargetsOfRun | TargetsOfAlerts | TargetsOfItems

export const TargetBatch = component(
  'TargetBatch',
  Type.Unsafe<TargetBatch>({
    oneOf: [TargetsOfRun, TargetsOfAlerts, TargetsOfItems].map(form => ref(form)),
    description: 'With `items`, with `alertIds`, or with `runId`.'
  })
)

const hasItems = compileCheck(Type.Object({ items: Type.Unknown() }))
const hasAlertIds = compileCheck(Type.Object({ alertIds: Type.Unknown() }))
const checkOfItems: Check<TargetsOfItems> = compileCheck(
  Type.Object({ items: Type.Array(Type.Unknown(), itemLimits), ...termFields }, itemsOptions)
)
const checkOfAlerts = compileCheck(TargetsOfAlerts)
const checkOfRun = compileCheck(TargetsOfRun)

const hasRunId = compileCheck(Type.Object({ runId: Type.Unknown() }))
const isObject = compileCheck(Type.Object({}))

/** Says what is wrong with a body that has none of the forms; empty when it has one. */
export function formComplaints(body: unknown): Complaint[] {
  if (!isObject(body)) return isObject.complaints(body)
  const hasForm = hasItems(body) || hasAlertIds(body) || hasRunId(body)
  return hasForm ? [] : [{ pointer: '', message: 'must have one of items, alertIds and runId' }]
}

/** The check of the form that a body has; it leaves the items to be checked one by one. */
export function batchCheck(body: unknown): Check<TargetBatch> {
  if (hasItems(body)) return checkOfItems
  return hasAlertIds(body) ? checkOfAlerts : checkOfRun
}

/** Query parameter of what can be tried without an effect. */
export const previewFields = {
  validateOnly: defaulted(
    Type.Boolean({
      default: false,
      description: 'Whether to tell what would happen, and do nothing. Ids of targets that would be new are then made up.'
    })
  )
}

const NamedMatch = component(
  'NamedMatch',
  Type.Object({ ...Match.properties, name: Type.String({ description: 'Name of the target.' }) }, { description: 'A target that matches.' })
)

const TargetOutcome = component(
  'TargetOutcome',
  Type.Object(
    {
      index: Type.Integer({ minimum: 0, description: 'Place of the item in the request, or of the alert in this step of the run.' }),
      alertId: Nullable({ ...Uuid, description: 'Alert that the target was to be made of; null when there is none.' }),
      outcome: StringEnum(['created', 'linked', 'rejected'], {
        description: 'created: the target is new; linked: one that existed answers; rejected: neither.'
      }),
      targetId: Nullable({ ...Uuid, description: 'The target; null when rejected.' }),
      match: nullableRef(Match, { description: 'Why a target that existed answers; null otherwise.' }),
      reason: Nullable(Type.String({ description: 'Why it was rejected; null otherwise.' })),
      errors: Type.Array(
        Type.Object({
          pointer: Type.String({ description: 'Where in the item: a JSON Pointer.' }),
          message: Type.String({ description: 'What is wrong, or what would be right.' })
        }),
        { description: 'All that is wrong with the item.' }
      ),
      matches: Type.Array(ref(NamedMatch), { description: 'The targets that match, when it is not clear which one is meant.' })
    },
    { description: 'What became of one target that was asked for.' }
  )
)
export type TargetOutcome = Static<typeof TargetOutcome>

const count = (description: string) => Type.Integer({ minimum: 0, description: `${description} [count].` })

export const TargetBatchResult = component(
  'TargetBatchResult',
  Type.Object(
    {
      created: count('New targets'),
      linked: count('Targets that were there already'),
      rejected: count('Neither'),
      items: Type.Array(ref(TargetOutcome), { description: 'What became of each, in the order of the request.' }),
      next: Nullable(Type.String({ description: '`cursor` of the next step of a run; null at the end, and without a run.' }))
    },
    { description: 'What became of the targets that were asked for.' }
  )
)
export type TargetBatchResult = Static<typeof TargetBatchResult>
