import { type Static, Type } from '@sinclair/typebox'
import { PhotometryPoint as PointFields } from '../domain/photometry.ts'
import { component, ref } from '../http/openapi.ts'
import { pageFields, pageOf } from '../http/pagination.ts'
import { Timestamp, Uuid } from '../http/schemas.ts'
import { Run } from '../runs/schemas.ts'

const { kind, band, survey } = PointFields.properties

/** A point of the light curve of a target, as the API shows it. */
export const PhotometryPoint = component(
  'PhotometryPoint',
  Type.Object(
    {
      id: Uuid,
      ...PointFields.properties,
      brokerIds: Type.Array(Type.String(), { description: 'Brokers that told it.' }),
      runId: { ...Uuid, description: 'Run that brought its values.' },
      firstSeenAt: { ...Timestamp, description: 'When it was first recorded [UTC, RFC 3339].' },
      updatedAt: { ...Timestamp, description: 'When its values changed last [UTC, RFC 3339].' }
    },
    { description: 'A point of the light curve of a target: one measurement, by however many brokers it came.' }
  )
)
export type PhotometryPoint = Static<typeof PhotometryPoint>
export const PhotometryPage = pageOf('PhotometryPage', PhotometryPoint)

/** Query parameters of a light curve. */
export const PhotometryFilter = Type.Object(
  {
    ...pageFields,
    kind: Type.Optional({ ...kind, description: 'Only points of this kind.' }),
    band: Type.Optional(Type.String({ maxLength: 200, description: `Only points in this passband. ${band.description}` })),
    survey: Type.Optional(Type.String({ maxLength: 200, description: `Only points of this survey. ${survey.description}` })),
    after: Type.Optional({ ...Timestamp, description: 'Only points later than this [UTC, RFC 3339].' }),
    before: Type.Optional({ ...Timestamp, description: 'Only points earlier than this [UTC, RFC 3339].' })
  },
  { additionalProperties: false }
)
export type PhotometryFilter = Static<typeof PhotometryFilter>

/** Body of a refresh. */
export const PhotometryRequest = component(
  'PhotometryRequest',
  Type.Object(
    {
      brokerId: Type.Optional(
        Type.String({
          maxLength: 200,
          description: 'Broker to ask: `id` of /v1/brokers; left out: all that can tell.',
          examples: ['alerce-ztf']
        })
      )
    },
    { additionalProperties: false, description: 'Whom to ask for a light curve; may be empty.' }
  )
)

/** The runs of a refresh. */
export const PhotometryRefresh = component(
  'PhotometryRefresh',
  Type.Object(
    { runs: Type.Array(ref(Run), { description: 'One run of kind `photometry` for each broker that is asked, in order of their ids.' }) },
    { description: 'The runs that bring the light curve of a target up to date.' }
  )
)
