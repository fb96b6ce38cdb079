import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { GenericAlert } from './alert.ts'
import { ConeInput } from './cone.ts'
import type { Complaint } from './schema.ts'
import { separation } from './sky.ts'

function Range<S extends TSchema>(bound: S, description: string) {
  return Type.Object(
    {
      min: Type.Optional({ ...bound, description: 'Not less than this.' }),
      max: Type.Optional({ ...bound, description: 'Not more than this.' })
    },
    { additionalProperties: false, minProperties: 1, description }
  )
}

const words = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1, maxItems: 100 })

/** What must hold for an alert: all of it. What an alert does not tell is never taken to hold. */
export const AlertCondition = Type.Object(
  {
    mag: Type.Optional(Range(Type.Number(), 'Apparent magnitude [mag]; the brightest have the least.')),
    score: Type.Optional(Range(Type.Number(), "The broker's own score [as the broker's scoreDescription says].")),
    detections: Type.Optional(Range(Type.Integer({ minimum: 0 }), 'How often the object was detected [count].')),
    classification: Type.Optional(
      Type.Object(
        {
          label: Type.String({ minLength: 1, maxLength: 200, description: 'Class, as the classifier names it, in any case.' }),
          minProbability: Type.Optional(
            Type.Number({ minimum: 0, maximum: 1, description: 'Least probability of the class, 0 to 1 [1].' })
          ),
          classifier: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Name of the classifier, in any case.' }))
        },
        { additionalProperties: false, description: 'What some classifier says.' }
      )
    ),
    maxAgeDays: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 36_525, description: 'Longest time since the timestamp of the alert [day].' })
    ),
    cone: Type.Optional(ConeInput),
    surveys: Type.Optional({ ...words, description: 'One of these surveys, in any case.', examples: [['ZTF', 'LSST']] }),
    bands: Type.Optional({ ...words, description: 'One of these passbands: r and R are two.', examples: [['g', 'r']] })
  },
  {
    additionalProperties: false,
    description: 'What must hold for an alert: all of it. What an alert does not tell is never taken to hold.',
    examples: [{ mag: { max: 18.5 }, classification: { label: 'SN Ia', minProbability: 0.6 }, maxAgeDays: 3 }]
  }
)
export type AlertCondition = Static<typeof AlertCondition>

/** Says what is wrong with a condition beyond its form. */
export function conditionComplaints(condition: AlertCondition): Complaint[] {
  return (['mag', 'score', 'detections'] as const).flatMap(field => {
    const { min, max } = condition[field] ?? {}
    if (min === undefined || max === undefined || min <= max) return []
    return [{ pointer: `/${field}/min`, message: `must not be more than max, ${max}` }]
  })
}

const millisecondsPerDay = 86_400_000

/** Tells whether a condition holds for an alert at some time. */
export function holdsFor(condition: AlertCondition, alert: GenericAlert, now: Date): boolean {
  const { classification, maxAgeDays, cone, surveys, bands } = condition
  const { ra, dec, timestamp, classifications = [] } = alert
  return (
    isWithin(condition.mag, alert.mag) &&
    isWithin(condition.score, alert.score) &&
    isWithin(condition.detections, alert.detections) &&
    (classification === undefined || classifications.some(one => isWanted(classification, one))) &&
    (maxAgeDays === undefined || (timestamp !== null && now.getTime() - Date.parse(timestamp) <= maxAgeDays * millisecondsPerDay)) &&
    (cone === undefined || (ra !== null && dec !== null && separation({ ra, dec }, cone) <= cone.radius)) &&
    (surveys === undefined || surveys.some(survey => isSameWord(survey, alert.survey))) &&
    (bands === undefined || bands.some(band => band === alert.band))
  )
}

function isWithin(range: { readonly min?: number; readonly max?: number } | undefined, value: number | null | undefined): boolean {
  if (range === undefined) return true
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range
  return typeof value === 'number' && value >= min && value <= max
}

type Classifications = NonNullable<GenericAlert['classifications']>

function isWanted(
  wanted: NonNullable<AlertCondition['classification']>,
  { label, probability, classifier }: Classifications[number]
): boolean {
  const { minProbability, classifier: wantedClassifier } = wanted
  return (
    isSameWord(wanted.label, label) &&
    (minProbability === undefined || (probability !== null && probability >= minProbability)) &&
    (wantedClassifier === undefined || isSameWord(wantedClassifier, classifier))
  )
}

function isSameWord(one: string, other: string | null | undefined): boolean {
  return typeof other === 'string' && one.toLowerCase() === other.toLowerCase()
}
