import { type Complaint, ConeSearch, isoToMjd, isoToTaiMjd, type Static, Type, UtcRange } from '../../broker-kit/index.ts'

/** What may be asked of ANTARES; all of it together must hold, and nothing at all asks for every locus. */
export const AntaresParameters = Type.Object(
  {
    objectId: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9]{1,50}$',
        description: 'Id of an ANTARES locus (which stands alone), of a ZTF object, or of an LSST object (diaObjectId).',
        examples: ['ANT2020j7wo4', 'ZTF26abeuijw', '170595943059554358']
      })
    ),
    cone: Type.Optional(ConeSearch),
    tags: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200, description: 'Tag.' }), {
        minItems: 1,
        maxItems: 50,
        uniqueItems: true,
        description: 'Tags that filters of ANTARES gave the locus: it has one of these at least.',
        examples: [['nuclear_transient'], ['high_amplitude_transient_candidate', 'young_extragalactic_candidate']]
      })
    ),
    minDetections: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Fewest alerts with a magnitude (num_mag_values) [count].', examples: [5] })
    ),
    maxDetections: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Most alerts with a magnitude (num_mag_values) [count].', examples: [50] })
    ),
    minMagnitude: Type.Optional(Type.Number({ description: 'Magnitude of the newest alert, at the brightest [mag].', examples: [15] })),
    maxMagnitude: Type.Optional(Type.Number({ description: 'Magnitude of the newest alert, at the faintest [mag].', examples: [19.5] })),
    firstDetection: Type.Optional({ ...UtcRange, description: 'When the oldest alert was observed: after, before or both [UTC].' }),
    lastDetection: Type.Optional({ ...UtcRange, description: 'When the newest alert was observed: after, before or both [UTC].' }),
    filter: Type.Optional(
      Type.Unsafe<object>({
        type: 'object',
        minProperties: 1,
        description: 'A further clause of Elasticsearch, on the properties of loci that the other parameters do not cover.',
        examples: [{ term: { 'properties.ztf_ssnamenr': 'null' } }]
      })
    )
  },
  { additionalProperties: false }
)
export type AntaresParameters = Static<typeof AntaresParameters>

/** Rules across parameters. */
export function checkAntaresParameters(parameters: AntaresParameters): Complaint[] {
  const complaints: Complaint[] = []
  const { objectId, minDetections, maxDetections, minMagnitude, maxMagnitude } = parameters
  if (objectId?.startsWith('ANT') && Object.keys(parameters).length > 1) {
    complaints.push({ pointer: '/objectId', message: 'is the id of one locus, and stands alone' })
  }
  if (minDetections !== undefined && maxDetections !== undefined && minDetections > maxDetections) {
    complaints.push({ pointer: '/minDetections', message: 'must not be greater than maxDetections' })
  }
  if (minMagnitude !== undefined && maxMagnitude !== undefined && minMagnitude > maxMagnitude) {
    complaints.push({ pointer: '/minMagnitude', message: 'must not be greater than maxMagnitude' })
  }
  for (const name of ['firstDetection', 'lastDetection'] as const) {
    const { after, before } = parameters[name] ?? {}
    if (after !== undefined && before !== undefined && Date.parse(after) >= Date.parse(before)) {
      complaints.push({ pointer: `/${name}/after`, message: 'must be earlier than before' })
    }
  }
  return complaints
}

/** The query in the words of Elasticsearch; `newerThan` narrows the newest alert [UTC]. */
export function toQuery(parameters: AntaresParameters, newerThan: string | null): object {
  const { objectId, cone, tags, firstDetection, lastDetection, filter } = parameters
  const newer = newerThan === null ? undefined : { after: newerThan }
  const clauses = [
    objectId && { term: { [idField(objectId)]: objectId } },
    cone && {
      sky_distance: { distance: `${decimal(cone.radius / 3600)} degree`, htm16: { center: `${decimal(cone.ra)} ${decimal(cone.dec)}` } }
    },
    tags && { terms: { tags } },
    rangeOf('num_mag_values', parameters.minDetections, parameters.maxDetections),
    rangeOf('newest_alert_magnitude', parameters.minMagnitude, parameters.maxMagnitude),
    timesOf('oldest_alert_observation_time', firstDetection),
    timesOf('newest_alert_observation_time', lastDetection),
    timesOf('newest_alert_observation_time', newer),
    filter
  ]
  return { query: { bool: { filter: clauses.filter(clause => clause !== undefined) } } }
}

function idField(objectId: string): string {
  return /^[0-9]+$/.test(objectId) ? 'properties.survey.lsst.dia_object_id' : 'properties.ztf_object_id'
}

function rangeOf(property: string, gte: number | undefined, lte: number | undefined): object | undefined {
  if (gte === undefined && lte === undefined) return undefined
  return { range: { [`properties.${property}`]: { ...(gte !== undefined && { gte }), ...(lte !== undefined && { lte }) } } }
}

/** Times of ZTF are UTC, those of LSST TAI, 37 seconds ahead: a range is wide enough for both. */
function timesOf(property: string, range: UtcRange | undefined): object | undefined {
  if (range === undefined) return undefined
  const { after, before } = range
  return rangeOf(property, after === undefined ? undefined : isoToMjd(after), before === undefined ? undefined : isoToTaiMjd(before))
}

/** A number without an exponent, which may not be read as one within a text. */
function decimal(value: number): string {
  return value.toFixed(9).replace(/[.]?0+$/, '')
}
