import { type Complaint, type Static, Type, UtcRange } from '../../broker-kit/index.ts'

const Designation = Type.String({
  pattern: '^[A-Za-z0-9_*+.-]{1,20}$',
  description: 'Temporary designation on the NEO Confirmation Page.',
  examples: ['P10vY9r']
})

function Score(name: string, meaning: string) {
  return Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: `${name}, ${meaning} [0 to 100].`, examples: [50] }))
}

/** What may be asked of Scout. It answers all its objects, or one; the rest is sorted out here. */
export const ScoutParameters = Type.Object(
  {
    objectId: Type.Optional(
      Type.Union([Designation, Type.Array(Designation, { minItems: 1, maxItems: 50, uniqueItems: true })], {
        description: 'Temporary designation on the NEO Confirmation Page, or a list of them. Left out: every object.',
        examples: ['P10vY9r', ['P10vY9r', 'A11z2Ek']]
      })
    ),
    orbits: Type.Optional(
      Type.Boolean({
        default: true,
        description: 'Whether to ask for an orbit of each object, in a request of its own. Without, no target can be made of it.',
        examples: [true]
      })
    ),
    minNeoScore: Score('Lowest neoScore', 'that it is a near-Earth object'),
    minNeo1kmScore: Score('Lowest neo1kmScore', 'that it is one of more than a kilometre'),
    minPhaScore: Score('Lowest phaScore', 'that it is potentially hazardous'),
    minIeoScore: Score('Lowest ieoScore', 'that its orbit lies within that of the Earth'),
    maxGeocentricScore: Score('Greatest geocentricScore', 'that it orbits the Earth, as spacecraft do'),
    maxTisserandScore: Score('Greatest tisserandScore', 'that its orbit is like those of comets'),
    minRating: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 4,
        description: 'Lowest impact rating, from 0 negligible to 4 elevated [0 to 4].',
        examples: [1]
      })
    ),
    maxApproach: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Greatest distance at its close approach, caDist [lunar distance].', examples: [10] })
    ),
    minUncertainty: Type.Optional(
      Type.Number({ minimum: 0, description: 'Lowest uncertainty of its position now, unc [arcmin].', examples: [1] })
    ),
    maxUncertainty: Type.Optional(
      Type.Number({ minimum: 0, description: 'Greatest uncertainty of its position now, unc [arcmin].', examples: [60] })
    ),
    maxMag: Type.Optional(Type.Number({ description: 'Faintest expected magnitude now, Vmag [mag].', examples: [21.5] })),
    minDetections: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Fewest observations of the object, nObs [count].', examples: [4] })
    ),
    computed: Type.Optional({ ...UtcRange, description: 'When Scout last worked on the object, lastRun: after, before or both [UTC].' })
  },
  { additionalProperties: false }
)
export type ScoutParameters = Static<typeof ScoutParameters>

/** Rules across parameters. */
export function checkScoutParameters({ minUncertainty, maxUncertainty, computed }: ScoutParameters): Complaint[] {
  const complaints: Complaint[] = []
  if (minUncertainty !== undefined && maxUncertainty !== undefined && minUncertainty > maxUncertainty) {
    complaints.push({ pointer: '/minUncertainty', message: 'must not be greater than maxUncertainty' })
  }
  const { after, before } = computed ?? {}
  if (after !== undefined && before !== undefined && Date.parse(after) >= Date.parse(before)) {
    complaints.push({ pointer: '/computed/after', message: 'must be earlier than before' })
  }
  return complaints
}
