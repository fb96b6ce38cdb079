import { type Complaint, ConeSearch, type Static, StringEnum, Type, UtcRange } from '../../broker-kit/index.ts'

const ObjectId = Type.String({ pattern: '^[1-9][0-9]{0,18}$', description: 'LSST diaObjectId.', examples: ['170587116732416143'] })
const greatestRadius = 18_000

/** What may be asked of Fink: one of objectId, cone and tag, and the rest narrows it. */
export const FinkParameters = Type.Object(
  {
    objectId: Type.Optional(
      Type.Union([ObjectId, Type.Array(ObjectId, { minItems: 1, maxItems: 200, uniqueItems: true })], {
        description: 'LSST diaObjectId, or a list of them, as text: the number has more digits than most programs keep.',
        examples: ['170587116732416143', ['170587116732416143', '313629129709715483']]
      })
    ),
    rows: Type.Optional(
      StringEnum(['sources', 'objects'], {
        description:
          'Of the objects with these ids: every detection (sources, the default), or one summary of each (objects). Needs objectId.',
        default: 'sources',
        examples: ['sources']
      })
    ),
    cone: Type.Optional({
      ...ConeSearch,
      description: 'A circle on the sky of at most 5 degrees (radius 18000): the newest detection of each object in it.'
    }),
    tag: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_]{1,100}$',
        description: 'Tag that one of the filters of Fink gives to alerts: all alerts with it. GET .../tags lists them.',
        examples: ['extragalactic_new_candidate', 'hostless_candidate', 'in_tns', 'sn_near_galaxy_candidate']
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
export function checkFinkParameters({ objectId, rows, cone, tag, observed, firstDetection }: FinkParameters): Complaint[] {
  const complaints: Complaint[] = []
  const asked = [objectId, cone, tag].filter(value => value !== undefined).length
  if (asked !== 1) complaints.push({ pointer: '', message: 'must have one of objectId, cone and tag, and only one' })
  if (cone && cone.radius > greatestRadius) {
    complaints.push({ pointer: '/cone/radius', message: `must be <= ${greatestRadius}: Fink searches no larger cone` })
  }
  if (rows !== undefined && objectId === undefined) complaints.push({ pointer: '/rows', message: 'needs objectId' })
  if (firstDetection && cone === undefined) complaints.push({ pointer: '/firstDetection', message: 'needs cone' })
  for (const [name, { after, before } = {}] of Object.entries({ observed, firstDetection })) {
    if (after !== undefined && before !== undefined && Date.parse(after) >= Date.parse(before)) {
      complaints.push({ pointer: `/${name}/after`, message: 'must be earlier than before' })
    }
  }
  return complaints
}
