import { type Complaint, ConeSearch, type Fields, isoToMjd, type Static, StringEnum, Type, UtcRange } from '../../broker-kit/index.ts'

const ObjectId = Type.String({ pattern: '^[A-Za-z0-9*]{1,50}$', description: 'ZTF object id.', examples: ['ZTF21aaxtctv'] })

const columns = [
  'oid',
  'ndet',
  'firstmjd',
  'lastmjd',
  'deltajd',
  'meanra',
  'meandec',
  'sigmara',
  'sigmadec',
  'g_r_max',
  'g_r_max_corr',
  'g_r_mean',
  'g_r_mean_corr',
  'class_name',
  'classifier_name',
  'classifier_version',
  'probability',
  'ranking'
] as const

/** What may be asked of ALeRCE; all of it together must hold, and nothing at all asks for every object. */
export const AlerceParameters = Type.Object(
  {
    objectId: Type.Optional(
      Type.Union([ObjectId, Type.Array(ObjectId, { minItems: 1, maxItems: 200, uniqueItems: true })], {
        description: 'ZTF object id, or a list of them; a single one may hold *, which stands for any characters.',
        examples: ['ZTF21aaxtctv', 'ZTF21aax*', ['ZTF18abcgqmz', 'ZTF21aaxtctv']]
      })
    ),
    cone: Type.Optional(ConeSearch),
    classifier: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Only what this classifier has classified.',
        examples: ['lc_classifier', 'stamp_classifier']
      })
    ),
    classifierVersion: Type.Optional(
      Type.String({ minLength: 1, description: 'Version of the classifier.', examples: ['hierarchical_random_forest_1.1.0'] })
    ),
    className: Type.Optional(Type.String({ minLength: 1, description: 'Class, as the classifier names it.', examples: ['SNIa', 'AGN'] })),
    minProbability: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Lowest probability of the class [1].', examples: [0.7] })
    ),
    ranking: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Rank of the class within its classifier, 1 for the most probable [rank]. ALeRCE takes 1 when a classifier or class is asked for.',
        examples: [1]
      })
    ),
    minDetections: Type.Optional(Type.Integer({ minimum: 0, description: 'Fewest detections of the object [count].', examples: [5] })),
    maxDetections: Type.Optional(Type.Integer({ minimum: 0, description: 'Most detections of the object [count].', examples: [50] })),
    firstDetection: Type.Optional({ ...UtcRange, description: 'When the object was first detected: after, before or both [UTC].' }),
    lastDetection: Type.Optional({ ...UtcRange, description: 'When the object was last detected: after, before or both [UTC].' }),
    order: Type.Optional(
      Type.Object(
        {
          by: StringEnum(columns, { description: "ALeRCE's name of the column to order by.", examples: ['probability'] }),
          direction: StringEnum(['ascending', 'descending'], { description: 'Which end comes first.', examples: ['descending'] })
        },
        {
          additionalProperties: false,
          description:
            'Order of the alerts, for runs that end at a cap. Left out: by object id, the one order in which all rows of an object meet.'
        }
      )
    )
  },
  { additionalProperties: false }
)
export type AlerceParameters = Static<typeof AlerceParameters>

/** Rules across parameters. */
export function checkAlerceParameters({ objectId, minDetections, maxDetections, ...ranges }: AlerceParameters): Complaint[] {
  const complaints: Complaint[] = []
  if (Array.isArray(objectId) && objectId.length > 1 && objectId.some(id => id.includes('*'))) {
    complaints.push({ pointer: '/objectId', message: 'must be a single id when it holds a *' })
  }
  if (minDetections !== undefined && maxDetections !== undefined && minDetections > maxDetections) {
    complaints.push({ pointer: '/minDetections', message: 'must not be greater than maxDetections' })
  }
  for (const name of ['firstDetection', 'lastDetection'] as const) {
    const { after, before } = ranges[name] ?? {}
    if (after !== undefined && before !== undefined && Date.parse(after) >= Date.parse(before)) {
      complaints.push({ pointer: `/${name}/after`, message: 'must be earlier than before' })
    }
  }
  return complaints
}

/** Puts the parameters as ALeRCE wants them; `newerThan` narrows the last detection [UTC]. */
export function toQuery(parameters: AlerceParameters, newerThan: string | null): Fields {
  const { objectId, cone, classifier, classifierVersion, className, minProbability, ranking, order } = parameters
  return {
    oid: objectId,
    ...(cone && { ra: offZero(cone.ra), dec: offZero(cone.dec), radius: cone.radius }),
    classifier,
    classifier_version: classifierVersion,
    class: className,
    probability: minProbability,
    ranking,
    ndet: rangeOf(parameters.minDetections, parameters.maxDetections),
    firstmjd: rangeOf(mjdOf(parameters.firstDetection?.after), mjdOf(parameters.firstDetection?.before)),
    lastmjd: rangeOf(latest(mjdOf(parameters.lastDetection?.after), mjdOf(newerThan)), mjdOf(parameters.lastDetection?.before)),
    order_by: order?.by ?? 'oid',
    order_mode: order?.direction === 'descending' ? 'DESC' : 'ASC',
    count: false
  }
}

// ALeRCE takes a coordinate of exactly 0 as not given and then answers the whole sky: ask 4 milliarcseconds beside it.
function offZero(degrees: number): number {
  return degrees === 0 ? 1e-6 : degrees
}

/** One number is the minimum, two are minimum and maximum. */
function rangeOf(minimum: number | undefined, maximum: number | undefined): number[] | undefined {
  if (maximum !== undefined) return [minimum ?? 0, maximum]
  return minimum === undefined ? undefined : [minimum]
}

function mjdOf(time: string | null | undefined): number | undefined {
  return typeof time === 'string' ? isoToMjd(time) : undefined
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
}
