import { type Static, Type } from '@sinclair/typebox'
import { brokerErrorKinds } from '../broker-kit/errors.ts'
import { Nullable, StringEnum } from '../domain/schema.ts'
import { component, nullableRef, ref } from '../http/openapi.ts'
import { Timestamp } from '../http/schemas.ts'

const instant = (description: string) => Nullable(Type.String({ ...Timestamp, description }))
const count = (description: string) => Nullable(Type.Integer({ description }))

export const BrokerStatus = StringEnum(['ready', 'needs-settings', 'retired', 'failing'], {
  description: 'Whether it can be asked; `failing`: lately it does not answer, or refuses our credentials.'
})

export const BrokerRequestLimit = component(
  'BrokerRequestLimit',
  Type.Object(
    { count: Type.Integer({ description: 'Requests [count].' }), seconds: Type.Integer({ description: 'Length of the period [s].' }) },
    { description: 'Most requests within any period of this length.' }
  )
)

export const BrokerLimits = component(
  'BrokerLimits',
  Type.Object(
    { concurrency: count('Requests at once [count]; null = no limit.'), requests: nullableRef(BrokerRequestLimit) },
    { description: 'How often the broker is asked at most, by all runs of all processes together.' }
  )
)

export const BrokerFault = component(
  'BrokerFault',
  Type.Object(
    {
      at: Timestamp,
      kind: StringEnum(brokerErrorKinds, { description: 'Kind of failure.' }),
      detail: Type.String({ description: 'What happened, in words.' }),
      upstreamStatus: count("HTTP status of the broker's answer; null when there was none.")
    },
    { description: 'What went wrong at the broker: not that it knew no such alert, or refused a query.' }
  )
)

export const BrokerBudget = component(
  'BrokerBudget',
  Type.Object(
    {
      running: Type.Integer({ description: 'Requests that run now and count against its limits [count].' }),
      concurrencyLeft: count('Requests that could run beside them [count]; null = no limit.'),
      requestsLeft: count('Requests left in the period that ends now [count]; null = no limit.'),
      upstreamLeft: count('Requests left as the broker said in the headers of its answers [count]; null = it did not say.'),
      upstreamUntil: instant('When the broker renews its own limit [UTC]; null = it did not say.')
    },
    { description: 'What is left of the limits of a broker.' }
  )
)

export const BrokerHealth = component(
  'BrokerHealth',
  Type.Object(
    {
      brokerId: Type.String({ description: 'Identifier of the broker.' }),
      status: BrokerStatus,
      breaker: StringEnum(['closed', 'open', 'half-open'], {
        description:
          '`open`: it is not asked, as it did not answer several times in a row; `half-open`: one request tries whether it is back.'
      }),
      breakerUntil: instant('When an open breaker becomes half-open [UTC]; null = it is not open.'),
      waitingUntil: instant('No request is sent before [UTC]; null = one can be sent now, as far as time is concerned.'),
      waitingFor: Nullable(
        StringEnum(['broker', 'requests'], {
          description: '`broker`: it asked to be left alone; `requests`: those of the period are used up.'
        })
      ),
      lastSuccessAt: instant('When it last answered as it should, give or take 15 s [UTC]; null = never.'),
      lastError: nullableRef(BrokerFault),
      limits: ref(BrokerLimits),
      budget: ref(BrokerBudget)
    },
    { description: 'How a broker is doing, as all processes of this service know together.' }
  )
)
export type BrokerHealth = Static<typeof BrokerHealth>

export const BrokerCheck = component(
  'BrokerCheck',
  Type.Object(
    {
      ok: Type.Boolean({ description: 'Whether the broker answers and takes our credentials.' }),
      kind: Nullable(
        StringEnum([...brokerErrorKinds, 'needs-settings', 'retired', 'module-failed'], {
          description: 'What kept it from that; null when ok.'
        })
      ),
      detail: Type.String({ description: 'What was asked and what came, in words.' }),
      upstreamStatus: count("HTTP status of the broker's answer, where it was an error; else null."),
      checkedAt: Timestamp
    },
    { description: 'What a check has shown.' }
  )
)
export type BrokerCheck = Static<typeof BrokerCheck>
