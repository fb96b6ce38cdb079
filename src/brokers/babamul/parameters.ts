import { type Complaint, ConeSearch, type Static, StringEnum, Type, UtcRange } from '../../broker-kit/index.ts'

const greatestRadius = 600

function Flag(meaning: string) {
  return Type.Optional(Type.Boolean({ description: `Only alerts ${meaning} (true), or only others (false).`, examples: [false] }))
}

/** What may be asked of Babamul: one survey, and an object, a cone or a range of time; the rest narrows it. */
export const BabamulParameters = Type.Object(
  {
    survey: StringEnum(['ZTF', 'LSST'], { description: 'Survey whose alerts are wanted.', examples: ['ZTF'] }),
    objectId: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9]{1,50}$',
        description: 'Object id as the survey gives it, as text: ZTF25aagbkaj, or an LSST diaObjectId of 17 or 18 digits.',
        examples: ['ZTF25aagbkaj', '170587116732416143']
      })
    ),
    cone: Type.Optional({ ...ConeSearch, description: 'A circle on the sky of at most 10 arcmin (radius 600).' }),
    observed: Type.Optional({
      ...UtcRange,
      description: 'When the alert was observed: after, before or both [UTC]. Alone, it needs after, and is asked for day by day.'
    }),
    minMag: Type.Optional(Type.Number({ description: 'Lowest magnitude of the difference, magpsf [mag].', examples: [15] })),
    maxMag: Type.Optional(Type.Number({ description: 'Greatest magnitude of the difference, magpsf [mag].', examples: [19.5] })),
    minReliability: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Lowest reliability: drb of ZTF, reliability of LSST [1].', examples: [0.9] })
    ),
    maxReliability: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Greatest reliability: drb of ZTF, reliability of LSST [1].', examples: [1] })
    ),
    positive: Flag('that are brighter than their reference'),
    rock: Flag('that are likely of a solar system object'),
    star: Flag('that are likely of a star'),
    nearBrightStar: Flag('that are near a bright star'),
    stationary: Flag('of what was seen there before, so that it does not move')
  },
  { additionalProperties: false }
)
export type BabamulParameters = Static<typeof BabamulParameters>

/** Rules across parameters. */
export function checkBabamulParameters(parameters: BabamulParameters): Complaint[] {
  const { objectId, cone, observed, minMag, maxMag, minReliability, maxReliability } = parameters
  const complaints: Complaint[] = []
  if (objectId !== undefined && cone) complaints.push({ pointer: '/cone', message: 'must not come together with objectId' })
  if (objectId === undefined && cone === undefined && observed?.after === undefined) {
    complaints.push({ pointer: '', message: 'must have objectId, cone, or observed with after' })
  }
  if (cone && cone.radius > greatestRadius) {
    complaints.push({ pointer: '/cone/radius', message: `must be <= ${greatestRadius}: Babamul searches no larger cone` })
  }
  const { after, before } = observed ?? {}
  if (after !== undefined && before !== undefined && Date.parse(after) >= Date.parse(before)) {
    complaints.push({ pointer: '/observed/after', message: 'must be earlier than before' })
  }
  if (minMag !== undefined && maxMag !== undefined && minMag > maxMag) {
    complaints.push({ pointer: '/minMag', message: 'must not be greater than maxMag' })
  }
  if (minReliability !== undefined && maxReliability !== undefined && minReliability > maxReliability) {
    complaints.push({ pointer: '/minReliability', message: 'must not be greater than maxReliability' })
  }
  return complaints
}
