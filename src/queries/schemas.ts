import { type Static, Type } from '@sinclair/typebox'
import { AlertCondition } from '../domain/alert-condition.ts'
import { ListName, namePattern } from '../domain/name.ts'
import { Schedule } from '../domain/schedule.ts'
import { compileCheck, Nullable, StringEnum } from '../domain/schema.ts'
import type { JsonObject } from '../http/merge-patch.ts'
import { component, nullableRef, ref } from '../http/openapi.ts'
import { pageFields, pageOf } from '../http/pagination.ts'
import { ObjectIn, ObjectOut, Timestamp, Uuid } from '../http/schemas.ts'

const name = Type.String({ minLength: 1, maxLength: 500, pattern: namePattern, description: 'Name, for people.', examples: ['Sand'] })
const brokerId = Type.String({ maxLength: 100, description: 'Which broker is asked.', examples: ['my-broker'] })
const parameters = {
  description: "What is asked; the broker's `parameters` says what it takes.",
  examples: [{ targetName: 'Tatooine' }]
}

const QuerySchedule = component('Schedule', Schedule)

/** What the alerts of a query's runs set off. */
export const OnAlert = component(
  'OnAlert',
  Type.Object(
    {
      createTargets: Type.Object(
        {
          when: Type.Optional(AlertCondition),
          onMatch: Type.Optional(
            StringEnum(['link', 'reject', 'create'], {
              default: 'link',
              description: 'What to do when a target of the same name or position exists: as with POST /v1/targets.'
            })
          ),
          matchRadius: Type.Optional(
            Type.Number({
              exclusiveMinimum: 0,
              maximum: 60,
              description: 'Positions closer than this are the same: as with POST /v1/targets [arcsec].'
            })
          ),
          listName: Type.Optional({
            ...ListName,
            description:
              'Target list to put the targets into, made when there is none; its name is without commas and control characters, and without blanks at its ends.'
          })
        },
        {
          additionalProperties: false,
          description:
            'Makes targets of alerts that are new or changed, or that no run of the query received before: once for each object, whatever comes of it. /v1/queries/{queryId}/targets tells.'
        }
      )
    },
    {
      additionalProperties: false,
      description: 'What the alerts of its runs set off.',
      examples: [{ createTargets: { when: { mag: { max: 18.5 }, classification: { label: 'SN Ia', minProbability: 0.6 } } } }]
    }
  )
)
export type OnAlert = Static<typeof OnAlert>

/** Tells whether a value says what alerts set off, by its form. */
export const isOnAlert = compileCheck(OnAlert)

export const QueryDraft = component(
  'QueryDraft',
  Type.Object(
    { name, brokerId, parameters: ObjectIn(parameters), schedule: Type.Optional(ref(QuerySchedule)), onAlert: Type.Optional(ref(OnAlert)) },
    {
      description: 'A query to save.',
      additionalProperties: false,
      examples: [{ name: 'Sand', brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } }]
    }
  )
)
export type QueryDraft = Static<typeof QueryDraft>

function PatchOf(description: string) {
  return Type.Unsafe<JsonObject | null>({ type: ['object', 'null'], additionalProperties: true, description })
}

export const QueryPatch = component(
  'QueryPatch',
  Type.Object(
    {
      name: Type.Optional(name),
      brokerId: Type.Optional(brokerId),
      parameters: Type.Optional(ObjectIn(parameters)),
      schedule: Type.Optional(PatchOf('Changes to the schedule: what they make of it must be a `Schedule`; null takes it away.')),
      onAlert: Type.Optional(PatchOf('Changes to what alerts set off: what they make of it must be an `OnAlert`; null takes it away.'))
    },
    {
      description: 'Changes to a query, as a JSON Merge Patch (RFC 7396): in `parameters`, null removes one, what is left out stays.',
      additionalProperties: false,
      examples: [{ name: 'More sand' }, { parameters: { targetName: 'Hoth' } }, { schedule: { paused: true } }]
    }
  )
)
export type QueryPatch = Static<typeof QueryPatch>

const SkippedRun = component(
  'SkippedRun',
  Type.Object(
    { at: { ...Timestamp, description: 'Time of the schedule [UTC].' }, reason: Type.String({ description: 'Why no run was started.' }) },
    { description: 'A time of a schedule at which no run was started.' }
  )
)

export const Query = component(
  'Query',
  Type.Object(
    {
      id: Uuid,
      name,
      brokerId,
      brokerInstalled: Type.Boolean({ description: 'Whether this service has the broker; without it, the query cannot run.' }),
      parameters: ObjectOut(parameters),
      createdBy: Type.String({ description: 'Who saved it.' }),
      createdAt: Timestamp,
      modifiedAt: Timestamp,
      lastRunAt: Nullable({ ...Timestamp, description: 'When its newest run was asked for [UTC, RFC 3339]; null when it never ran.' }),
      schedule: nullableRef(QuerySchedule, { description: 'When it runs by itself; null = never.' }),
      nextRunsAt: Type.Array(Timestamp, {
        description:
          'The next times at which its schedule starts a run [UTC]: up to 59 s after those of `cron`, always equally long for one query, so that not all start at once.'
      }),
      lastSkipped: nullableRef(SkippedRun, {
        description: 'The newest time of its schedule at which no run was started; null = there is none.'
      }),
      newestAlertAt: Nullable({
        ...Timestamp,
        description:
          'Newest alert that a run of these parameters received, which succeeded and was not truncated [UTC]: what `onlyNew` goes by.'
      }),
      onAlert: nullableRef(OnAlert, { description: 'What the alerts of its runs set off; null = nothing.' })
    },
    { description: 'Saved parameters for one broker.' }
  )
)
export type Query = Static<typeof Query>

export const QueryPage = pageOf('QueryPage', Query)

export const QueryFilter = Type.Object(
  {
    ...pageFields,
    brokerId: Type.Optional(Type.String({ maxLength: 100, description: 'Only queries for this broker.' })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Only queries whose name contains this, in any case.' }))
  },
  { additionalProperties: false }
)

export const QueryId = Type.Object({ queryId: Uuid })
