import { type Complaint, ConeSearch, type Static, StringEnum, Type, UtcRange } from '../../broker-kit/index.ts'

// Fink reads an object id as the beginning of one: a shorter text would fetch half of its database.
const ObjectId = Type.String({ pattern: '^ZTF[0-9]{2}[a-z]{7}$', description: 'ZTF object id, whole.', examples: ['ZTF21aaxtctv'] })
const greatestRadius = 18_000

/** What may be asked of Fink: one of objectId, cone and className, and the rest narrows it. */
export const FinkParameters = Type.Object(
  {
    objectId: Type.Optional(
      Type.Union([ObjectId, Type.Array(ObjectId, { minItems: 1, maxItems: 200, uniqueItems: true })], {
        description: 'ZTF object id, or a list of them: all alerts of these objects.',
        examples: ['ZTF21aaxtctv', ['ZTF18abcgqmz', 'ZTF21aaxtctv']]
      })
    ),
    cone: Type.Optional({
      ...ConeSearch,
      description: 'A circle on the sky of at most 5 degrees (radius 18000): the newest alert of each object in it.'
    }),
    className: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description:
          "Class that Fink gives to alerts, or '(SIMBAD) ...' or '(TNS) ...' for one of a catalogue: all alerts of the class. GET .../classes lists them.",
        examples: ['Early SN Ia candidate', '(SIMBAD) QSO', '(TNS) SN Ia']
      })
    ),
    trend: Type.Optional(
      StringEnum(['rising', 'fading'], {
        description: 'Only alerts of objects that get brighter or fainter, by d:mag_rate. Needs className.',
        examples: ['rising']
      })
    ),
    observed: Type.Optional({ ...UtcRange, description: 'When the alert was observed: after, before or both [UTC].' }),
    firstDetection: Type.Optional({
      ...UtcRange,
      description: 'When the object was first detected: after, before or both [UTC]. Needs cone.'
    })
  },
  { additionalProperties: false }
)
export type FinkParameters = Static<typeof FinkParameters>

/** Rules across parameters. */
export function checkFinkParameters({ objectId, cone, className, trend, observed, firstDetection }: FinkParameters): Complaint[] {
  const complaints: Complaint[] = []
  const asked = [objectId, cone, className].filter(value => value !== undefined).length
  if (asked !== 1) complaints.push({ pointer: '', message: 'must have one of objectId, cone and className, and only one' })
  if (cone && cone.radius > greatestRadius)
    complaints.push({ pointer: '/cone/radius', message: `must be <= ${greatestRadius}: Fink searches no larger cone` })
  if (trend !== undefined && className === undefined) complaints.push({ pointer: '/trend', message: 'needs className' })
  if (firstDetection && cone === undefined) complaints.push({ pointer: '/firstDetection', message: 'needs cone' })
  for (const [name, { after, before } = {}] of Object.entries({ observed, firstDetection })) {
    if (after !== undefined && before !== undefined && Date.parse(after) >= Date.parse(before)) {
      complaints.push({ pointer: `/${name}/after`, message: 'must be earlier than before' })
    }
  }
  return complaints
}
