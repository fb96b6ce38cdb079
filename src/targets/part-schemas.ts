import { type Static, Type } from '@sinclair/typebox'
import { GenericAlert } from '../alerts/schemas.ts'
import { Nullable } from '../domain/schema.ts'
import { component, ref } from '../http/openapi.ts'
import { pageOf } from '../http/pagination.ts'
import { Timestamp, Uuid } from '../http/schemas.ts'
import { Name } from './fields.ts'

/** Parameters of an address that tell one name, or one alert, of a target. */
export const TargetNameId = Type.Object({ targetId: Uuid, nameId: Uuid })
export const TargetAlertId = Type.Object({ targetId: Uuid, alertId: Uuid })

export const TargetName = component(
  'TargetName',
  Type.Object(
    {
      id: Uuid,
      name: Name,
      primary: Type.Boolean({ description: 'Whether it is the primary name; the others are aliases.' }),
      createdAt: Timestamp
    },
    { description: 'A name of a target.' }
  )
)
export type TargetName = Static<typeof TargetName>
export const TargetNamePage = pageOf('TargetNamePage', TargetName)

export const NewTargetName = component(
  'NewTargetName',
  Type.Object(
    { name: Name },
    { additionalProperties: false, description: 'A name to add to a target.', examples: [{ name: 'AT 2024abc' }] }
  )
)

export const TargetMerge = component(
  'TargetMerge',
  Type.Object(
    { from: { ...Uuid, description: 'Target that is taken in, and is no more afterwards.' } },
    {
      additionalProperties: false,
      description: 'Which other target is the same object.',
      examples: [{ from: '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11' }]
    }
  )
)

export const TargetAlert = component(
  'TargetAlert',
  Type.Object(
    {
      alertId: { ...Uuid, description: 'Stored alert; the service may have dropped it since.' },
      brokerId: Type.String({ description: 'Broker that sent it.' }),
      brokerAlertId: Type.String({ description: "The broker's own identifier of the alert." }),
      objectId: Nullable(Type.String({ description: 'What the alert is about, as the broker identifies it.' })),
      generic: ref(GenericAlert),
      rawType: Type.String({ description: 'Media type of its raw text.' }),
      runId: Nullable({ ...Uuid, description: 'Run that brought the alert; null when unknown. The service may have dropped it since.' }),
      queryId: Nullable({ ...Uuid, description: 'Query of that run; null when it had none, or is unknown.' }),
      queryName: Nullable(Type.String({ description: 'Name of that query when it ran.' })),
      linkedAt: { ...Timestamp, description: 'When it was linked to the target [UTC, RFC 3339].' }
    },
    { description: 'An alert that a target came from; the target keeps a copy of its own.' }
  )
)
export type TargetAlert = Static<typeof TargetAlert>
export const TargetAlertPage = pageOf('TargetAlertPage', TargetAlert)
