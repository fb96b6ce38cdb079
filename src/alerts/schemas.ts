import { type Static, Type } from '@sinclair/typebox'
import { Classification as ClassificationShape, GenericAlert as GenericAlertShape, genericAlertFields } from '../domain/alert.ts'
import { coneFilterFields } from '../domain/cone.ts'
import { Nullable } from '../domain/schema.ts'
import { component, ref } from '../http/openapi.ts'
import { pageFields, pageOf } from '../http/pagination.ts'
import { Timestamp, Uuid } from '../http/schemas.ts'

const Classification = component('Classification', ClassificationShape)
const classifications = Type.Array(ref(Classification), { description: genericAlertFields.classifications.description ?? '' })

/** A generic alert where it stands by itself; what was unknown to the broker module may be missing. */
export const GenericAlert = component(
  'GenericAlert',
  Type.Object(
    { ...GenericAlertShape.properties, classifications: Type.Optional(classifications) },
    { description: 'What a broker module made of a raw alert.' }
  )
)

/** The fields of a stored alert. */
export const alertFields = {
  id: Uuid,
  brokerId: Type.String({ description: 'Broker that sent it: `id` of /v1/brokers.' }),
  brokerAlertId: Type.String({ description: "The broker's own identifier of the alert." }),
  objectId: genericAlertFields.objectId,
  name: genericAlertFields.name,
  timestamp: genericAlertFields.timestamp,
  ra: genericAlertFields.ra,
  dec: genericAlertFields.dec,
  mag: genericAlertFields.mag,
  score: genericAlertFields.score,
  url: genericAlertFields.url,
  survey: genericAlertFields.survey,
  band: genericAlertFields.band,
  magError: genericAlertFields.magError,
  classifications,
  detections: genericAlertFields.detections,
  receivedAt: { ...Timestamp, description: 'When the service stored it [UTC, RFC 3339].' },
  targetId: Nullable({ ...Uuid, description: 'Target that the alert was turned into, or linked to; null while there is none.' })
}

/** A stored alert, in the one shape of all brokers. */
export const Alert = component(
  'Alert',
  Type.Object(alertFields, { description: 'A stored alert, in the one shape of all brokers. What is not known is null.' })
)
export type Alert = Static<typeof Alert>

export const AlertPage = pageOf('AlertPage', Alert)

/** Query parameters of the list of alerts. */
export const AlertListQuery = Type.Object(
  {
    ...pageFields,
    brokerId: Type.Optional(Type.String({ maxLength: 200, description: 'Only alerts of this broker.' })),
    objectId: Type.Optional(Type.String({ maxLength: 500, description: 'Only alerts about this object, as the broker identifies it.' })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Only alerts of this name, in any spelling.' })),
    ...coneFilterFields
  },
  { additionalProperties: false }
)
export type AlertListQuery = Static<typeof AlertListQuery>

/** Answer of an operation that gives a broker's own text. */
export const RawText = Type.Unsafe<unknown>({
  description: "The broker's own text; its media type is the one that the broker gave it.",
  content: { '*/*': { schema: { type: 'string' } } }
})
