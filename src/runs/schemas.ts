import { type Static, Type } from '@sinclair/typebox'
import { Nullable, StringEnum } from '../domain/schema.ts'
import { timeFilter } from '../domain/time.ts'
import { component, nullableRef, ref } from '../http/openapi.ts'
import { pageFields, pageOf } from '../http/pagination.ts'
import { ObjectIn, ObjectOut, Timestamp, Uuid } from '../http/schemas.ts'

const Count = (description: string) => Type.Integer({ minimum: 0, description: `${description} [count].` })

/** What a run may take at most; what is left out has its default. */
export const Caps = component(
  'Caps',
  Type.Object(
    {
      alerts: Type.Optional(
        Nullable(
          Type.Integer({
            minimum: 1,
            maximum: 2_147_483_647,
            description: 'Most distinct alerts [count]; null = no cap; 100,000 when left out, none for an endless source.'
          })
        )
      ),
      bytes: Type.Optional(
        Nullable(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Most raw text [byte]; no cap when left out.' }))
      ),
      seconds: Type.Optional(
        Nullable(Type.Integer({ minimum: 1, maximum: 31_536_000, description: 'Longest time since its start [s]; no cap when left out.' }))
      )
    },
    { additionalProperties: false, description: 'What a run may take at most. A run that was cut says so in `truncated`.' }
  )
)
export type Caps = Static<typeof Caps>

/** Body of a run without a saved query. */
export const AdHocRun = component(
  'AdHocRun',
  Type.Object(
    {
      brokerId: Type.String({ maxLength: 200, description: 'Broker to ask: `id` of /v1/brokers.', examples: ['my-broker'] }),
      parameters: ObjectIn({
        description: "What to ask: an object that fits the broker's `parameters` schema.",
        examples: [{ targetName: 'Tatooine' }]
      }),
      caps: Type.Optional(ref(Caps))
    },
    { additionalProperties: false, description: 'A run without a saved query.' }
  )
)
export type AdHocRun = Static<typeof AdHocRun>

/** Body of a run of a saved query. */
export const QueryRun = component(
  'QueryRun',
  Type.Object(
    {
      caps: Type.Optional(ref(Caps)),
      onlyNew: Type.Optional(
        Type.Boolean({
          default: false,
          description: 'Whether to ask only for alerts that are newer than `newestAlertAt` of the query, less a day in case some come late.'
        })
      )
    },
    { additionalProperties: false, description: 'How to run a saved query; may be empty.' }
  )
)

export const runStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
const RunStatus = StringEnum(runStatuses, { description: 'Where the run is: the last three are its end.' })

const RunCounts = component(
  'RunCounts',
  Type.Object(
    {
      received: Count('Distinct alerts, or points of light curves in a run of kind photometry: new + changed + duplicate + rejected'),
      new: Count('Alerts of ids that the service did not know'),
      changed: Count('Alerts of known ids with other content'),
      duplicate: Count('Alerts that the service had already'),
      rejected: Count('Raw alerts that could not be read'),
      repeated: Count('How often an alert came again within the run')
    },
    { description: 'What a run received so far.' }
  )
)

const RunFailure = component(
  'RunFailure',
  Type.Object(
    {
      kind: Type.String({
        description:
          'Of the upstream: unreachable, rate-limited, unauthorized, not-found, query-rejected, bad-response. Ours: invalid-parameters, module-failed, target-gone, poisoned.'
      }),
      detail: Type.String({ description: 'What happened.' }),
      retryable: Type.Boolean({ description: 'Whether running it again may help.' }),
      upstreamStatus: Nullable(Type.Integer({ description: "HTTP status of the broker's answer; null when there was none." }))
    },
    { description: 'Why a run failed.' }
  )
)

/** One execution of a query, or of ad-hoc parameters. */
export const Run = component(
  'Run',
  Type.Object(
    {
      id: Uuid,
      kind: StringEnum(['alerts', 'photometry', 'submission'], { description: 'What the run does.' }),
      queryId: Nullable({ ...Uuid, description: 'Saved query; null for a run without one.' }),
      queryName: Nullable(Type.String({ description: 'Name of the query when the run was started.' })),
      brokerId: Type.String({ description: 'Broker that is asked.' }),
      parameters: ObjectOut({ description: 'What is asked, as it was when the run was started.' }),
      caps: Type.Object(
        {
          alerts: Nullable(Type.Integer({ description: '[count]' })),
          bytes: Nullable(Type.Integer({ description: '[byte]' })),
          seconds: Nullable(Type.Integer({ description: '[s]' }))
        },
        { description: 'What the run may take at most; null = no cap.' }
      ),
      status: RunStatus,
      counts: ref(RunCounts),
      truncated: Type.Boolean({ description: 'Whether a cap cut the results: the broker had more.' }),
      truncatedBy: Nullable(StringEnum(['alerts', 'bytes', 'seconds'], { description: 'The cap that cut the results.' })),
      resultsDropped: Count('Results that retention has dropped, the oldest ones of those received; they are no longer listed'),
      feedback: Type.Array(Type.String(), { description: 'What the broker or its module tells about the results.' }),
      error: nullableRef(RunFailure, { description: 'Why it failed; null unless it did.' }),
      attempt: Type.Integer({ minimum: 0, description: 'How often a worker took the run up [count].' }),
      createdBy: Type.String({ description: 'Caller who started it, or who saved the query with the schedule that did.' }),
      scheduledFor: Nullable({ ...Timestamp, description: 'Time of the schedule that started it [UTC]; null when somebody did.' }),
      newerThan: Nullable({
        ...Timestamp,
        description: 'Only alerts that are newer were asked for, where the broker can be asked so [UTC]; null = all.'
      }),
      newestAlertAt: Nullable({
        ...Timestamp,
        description:
          'Time of the newest alert recorded so far [UTC]: how far an endless source has been read; null when no alert had a time.'
      }),
      createdAt: Timestamp,
      startedAt: Nullable(Timestamp),
      finishedAt: Nullable(Timestamp)
    },
    { description: 'One execution of a query, or of ad-hoc parameters.' }
  )
)
export type Run = Static<typeof Run>

/** What a listener to a run is told. */
export const RunEvent = component(
  'RunEvent',
  Type.Unsafe<Run | { message: string }>({
    anyOf: [ref(Run), Type.Object({ message: Type.String({ description: 'What the broker or its module tells about the results.' }) })],
    description: 'Data of an event: the run for `progress` and `end`, a message for `feedback`.'
  })
)

export const RunPage = pageOf('RunPage', Run)

const runFilterFields = {
  brokerId: Type.Optional(Type.String({ maxLength: 200, description: 'Only runs of this broker.' })),
  status: Type.Optional(StringEnum(runStatuses, { description: 'Only runs in this state.' })),
  createdAfter: timeFilter('Only runs made at this time or later'),
  createdBefore: timeFilter('Only runs made before this time')
}

/** Query parameters of the list of the runs of one query. */
export const QueryRunListQuery = Type.Object({ ...pageFields, ...runFilterFields }, { additionalProperties: false })

/** Query parameters of the list of runs. */
export const RunListQuery = Type.Object(
  { ...pageFields, queryId: Type.Optional({ ...Uuid, description: 'Only runs of this query.' }), ...runFilterFields },
  { additionalProperties: false }
)
export type RunListQuery = Static<typeof RunListQuery>

export const RunId = Type.Object({ runId: Uuid })
