import { type Static, Type } from '@sinclair/typebox'
import { capabilities } from '../broker-kit/define-broker.ts'
import { Nullable, StringEnum } from '../domain/schema.ts'
import { component, nullableRef, ref } from '../http/openapi.ts'
import { pageOf } from '../http/pagination.ts'
import { ObjectOut } from '../http/schemas.ts'
import { BrokerLimits, BrokerStatus } from './health-schemas.ts'

export const BrokerSetting = component(
  'BrokerSetting',
  Type.Object(
    {
      name: Type.String({ description: 'Name of the setting.', examples: ['apiToken'] }),
      description: Type.String({ description: 'What it is, and where to get it.' }),
      required: Type.Boolean({ description: 'Whether the broker cannot be asked without it.' }),
      secret: Type.Boolean({ description: 'Whether it is a secret.' }),
      missing: Type.Boolean({ description: 'Whether the operator still has to set it.' })
    },
    { description: 'What an operator configures for a broker; its value is never shown.' }
  )
)

export const BrokerRetirement = component(
  'BrokerRetirement',
  Type.Object(
    { since: Type.String({ description: 'Since when.' }), use: Type.String({ description: 'What to use now.' }) },
    { description: 'The broker is gone, and the operator has set no other address for it.' }
  )
)

export const Broker = component(
  'Broker',
  Type.Object(
    {
      id: Type.String({ description: 'Identifier of the broker.', examples: ['my-broker'] }),
      name: Type.String({ description: 'Name, as people write it.', examples: ['MyBroker'] }),
      docs: Type.String({ description: "The broker's documentation [URL]." }),
      baseUrl: Type.String({ description: "Root of the broker's API [URL]." }),
      surveys: Type.Array(Type.String(), { description: 'Surveys whose alerts it carries.' }),
      capabilities: Type.Array(StringEnum(capabilities), { description: 'What it can do beyond searching.' }),
      delivery: StringEnum(['finite', 'endless'], { description: '`endless`: a run goes on until it is cancelled or a cap is reached.' }),
      status: BrokerStatus,
      limits: ref(BrokerLimits),
      missingSettings: Type.Array(Type.String(), { description: 'Required settings that the operator has not set.' }),
      settings: Type.Array(ref(BrokerSetting), { description: 'What an operator can set.' }),
      retired: nullableRef(BrokerRetirement),
      scoreDescription: Type.String({ description: 'What `score` means at this broker.' }),
      parameters: ObjectOut({ description: 'What a query may ask: a JSON Schema.' }),
      exampleParameters: Nullable(ObjectOut({ description: 'Parameters that work; null when there is no example.' }))
    },
    { description: 'An installed broker.' }
  )
)
export type Broker = Static<typeof Broker>

export const BrokerPage = pageOf('BrokerPage', Broker)

export const BrokerId = Type.Object({ brokerId: Type.String({ description: 'Identifier of the broker.' }) })

export const BrokerAlertId = Type.Object({
  ...BrokerId.properties,
  brokerAlertId: Type.String({ maxLength: 500, description: "The broker's own identifier of the alert." })
})
