import { type Complaint, ConeSearch, type Fields, isoToTaiMjd, type Static, StringEnum, Type, UtcRange } from '../../broker-kit/index.ts'

const ObjectId = Type.String({ pattern: '^[0-9]{1,19}$', description: 'LSST object id (diaObjectId).', examples: ['170587116732416143'] })

const columns = ['oid', 'n_det', 'firstmjd', 'lastmjd', 'deltamjd', 'probability'] as const

/** What may be asked of ALeRCE; all of it together must hold, and nothing at all asks for every classified object. */
export const AlerceParameters = Type.Object(
  {
    objectId: Type.Optional(
      Type.Union([ObjectId, Type.Array(ObjectId, { minItems: 1, maxItems: 200, uniqueItems: true })], {
        description: 'LSST object id (diaObjectId), or a list of them; text, as the numbers are too long for JSON.',
        examples: ['170587116732416143', ['170587116732416143', '313629129709715483']]
      })
    ),
    cone: Type.Optional(ConeSearch),
    classifier: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Only what this classifier has classified.',
        examples: ['stamp_classifier_rubin_beta']
      })
    ),
    className: Type.Optional(
      Type.String({ minLength: 1, description: 'Class, as the classifier names it; needs the classifier.', examples: ['VS', 'SN'] })
    ),
    minProbability: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Lowest probability of the class [1].', examples: [0.7] })
    ),
    ranking: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Rank of the class within its classifier, 1 for the most probable [rank]. Left out: 1.',
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
export function checkAlerceParameters({ classifier, className, minDetections, maxDetections, ...ranges }: AlerceParameters): Complaint[] {
  const complaints: Complaint[] = []
  if (className !== undefined && classifier === undefined) {
    complaints.push({ pointer: '/classifier', message: 'is required with className: classes belong to a classifier' })
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

/** Puts the parameters as ALeRCE wants them, times as TAI; `newerThan` narrows the last detection [UTC]. */
export function toQuery(parameters: AlerceParameters, newerThan: string | null): Fields {
  const { objectId, cone, classifier, className, minProbability, ranking, firstDetection, lastDetection, order } = parameters
  const after = [lastDetection?.after, newerThan ?? undefined].map(mjdOf).filter(mjd => mjd !== undefined)
  return {
    survey: 'lsst',
    oid: objectId,
    ...cone,
    classifier,
    class_name: className,
    probability: minProbability,
    ranking,
    n_det: rangeOf(parameters.minDetections, parameters.maxDetections),
    firstmjd: rangeOf(mjdOf(firstDetection?.after), mjdOf(firstDetection?.before)),
    lastmjd: rangeOf(after.length === 0 ? undefined : Math.max(...after), mjdOf(lastDetection?.before)),
    order_by: order?.by ?? 'oid',
    order_mode: order?.direction === 'descending' ? 'DESC' : 'ASC'
  }
}

/** One number is the minimum, two are minimum and maximum. */
function rangeOf(minimum: number | undefined, maximum: number | undefined): number[] | undefined {
  if (maximum !== undefined) return [minimum ?? 0, maximum]
  return minimum === undefined ? undefined : [minimum]
}

function mjdOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : isoToTaiMjd(time)
}
