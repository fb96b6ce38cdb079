import { type Static, Type } from '@sinclair/typebox'
import { type Complaint, compileCheck, Nullable } from './schema.ts'
import { unstorableStrings } from './storable.ts'

/** What a classifier says about an object. */
export const Classification = Type.Object(
  {
    label: Type.String({ minLength: 1, description: 'Class, as the classifier names it.' }),
    probability: Nullable(
      Type.Number({ minimum: 0, maximum: 1, description: 'Probability of the class, 0 to 1 [1]; null when the classifier gives none.' })
    ),
    classifier: Nullable(Type.String({ description: 'Name of the classifier; null when unknown.' }))
  },
  { title: 'Classification', additionalProperties: false }
)
export type Classification = Static<typeof Classification>

/** Right ascension of a direction. */
export const RightAscension = Type.Number({ minimum: 0, exclusiveMaximum: 360, description: 'ICRS right ascension [deg].' })
/** Declination of a direction. */
export const Declination = Type.Number({ minimum: -90, maximum: 90, description: 'ICRS declination [deg].' })

/** The fields of a generic alert; what is not known is null. */
export const genericAlertFields = {
  name: Type.String({ minLength: 1, maxLength: 500, description: 'Name of the object, as the broker spells it.' }),
  timestamp: Nullable(
    Type.String({
      format: 'date-time',
      pattern: '^[1-9][0-9]{3}-.*Z$',
      description: 'When the alert was issued [UTC, RFC 3339]; null when unknown.'
    })
  ),
  ra: Nullable(RightAscension),
  dec: Nullable(Declination),
  mag: Nullable(Type.Number({ description: 'Apparent magnitude [mag]; null when the broker gives none.' })),
  score: Nullable(Type.Number({ description: "The broker's own score [as the broker's scoreDescription says]; null when it gives none." })),
  url: Nullable(Type.String({ format: 'uri', maxLength: 2000, description: 'A page about the alert, for people.' })),
  objectId: Nullable(Type.String({ minLength: 1, maxLength: 500, description: 'What the alert is about, as the broker identifies it.' })),
  survey: Nullable(Type.String({ description: 'Survey that took the data: ZTF, LSST...' })),
  band: Nullable(Type.String({ description: 'Passband of mag: g, r, i...' })),
  magError: Nullable(Type.Number({ minimum: 0, description: 'Uncertainty of mag [mag].' })),
  classifications: Type.Array(Classification, { description: 'What classifiers say, most probable first.' }),
  detections: Nullable(Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'How often the object was detected [count].' }))
}

/** What every broker's alert becomes: the only alert shape that the rest of the service knows. */
export const GenericAlert = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 500, description: "The broker's own identifier of the alert." }),
    ...genericAlertFields,
    objectId: Type.Optional(genericAlertFields.objectId),
    survey: Type.Optional(genericAlertFields.survey),
    band: Type.Optional(genericAlertFields.band),
    magError: Type.Optional(genericAlertFields.magError),
    classifications: Type.Optional(genericAlertFields.classifications),
    detections: Type.Optional(genericAlertFields.detections)
  },
  { title: 'GenericAlert', additionalProperties: false }
)
export type GenericAlert = Static<typeof GenericAlert>

const checkGenericAlert = compileCheck(GenericAlert)

/** Says what keeps a value from being a generic alert that can be stored; empty when nothing does. */
export function genericAlertComplaints(value: unknown): Complaint[] {
  const complaints = checkGenericAlert.complaints(value)
  return complaints.length > 0 ? complaints : unstorableStrings(value)
}
