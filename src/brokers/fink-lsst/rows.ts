import { brightnessOfFlux, type GenericAlert, Identifier, Mjd, Nullable, type Static, Type, taiMjdToIso } from '../../broker-kit/index.ts'
import { labelOf } from '../fink/texts.ts'

const OptionalText = Type.Optional(Nullable(Type.String()))
const OptionalNumber = Type.Optional(Nullable(Type.Number()))
const OptionalTime = Type.Optional(Nullable(Mjd))
const NullableId = Type.Unsafe<string | number | null>({ ...Identifier, type: ['string', 'integer', 'null'] })

/**
 * One detection as Fink answers it, or the summary of an object, which has no diaSourceId: `r:` is what Rubin sent, `f:`
 * what Fink added. Fink leaves out what no row of an answer has.
 */
export const FinkAlert = Type.Object({
  'r:diaObjectId': NullableId,
  'r:diaSourceId': Type.Optional(NullableId),
  'r:ssObjectId': Type.Optional(NullableId),
  'r:midpointMjdTai': OptionalTime,
  'r:lastDiaSourceMjdTai': OptionalTime,
  'r:ra': Nullable(Type.Number()),
  'r:dec': Nullable(Type.Number()),
  'r:psfFlux': OptionalNumber,
  'r:psfFluxErr': OptionalNumber,
  'r:band': OptionalText,
  'r:reliability': OptionalNumber,
  'r:nDiaSources': Type.Optional(Nullable(Type.Integer())),
  'f:xm_tns_type': OptionalText,
  'f:xm_simbad_otype': OptionalText,
  'f:main_label_crossmatch': OptionalText,
  'f:xm_vsx_Type': OptionalText,
  'f:xm_gcvs_type': OptionalText,
  'f:clf_cats_class': OptionalNumber,
  'f:clf_cats_score': OptionalNumber,
  'f:main_label_classifier': OptionalNumber,
  'f:clf_earlySNIa_score': OptionalNumber,
  'f:clf_snnSnVsOthers_score': OptionalNumber
})
export type FinkAlert = Static<typeof FinkAlert>

/** The generic alert of one of Fink's. */
export function toGeneric(alert: FinkAlert): GenericAlert {
  const objectId = idOf(alert['r:diaObjectId']) ?? idOf(alert['r:ssObjectId'])
  const id = idOf(alert['r:diaSourceId']) ?? objectId ?? ''
  const time = alert['r:midpointMjdTai'] ?? alert['r:lastDiaSourceMjdTai'] ?? null
  const { mag, magError } = brightnessOfFlux(alert['r:psfFlux'] ?? null, alert['r:psfFluxErr'] ?? null)
  return {
    id,
    name: objectId ?? id,
    objectId,
    survey: 'LSST',
    timestamp: time === null ? null : taiMjdToIso(time),
    ra: alert['r:ra'],
    dec: alert['r:dec'],
    mag,
    magError,
    band: alert['r:band'] || null,
    score: probabilityOf(alert['r:reliability']),
    url: objectId === null ? null : `https://lsst.fink-portal.org/${objectId}`,
    classifications: classificationsOf(alert),
    detections: countOf(alert['r:nDiaSources'])
  }
}

/** An identifier as text; null for none, which Rubin also writes as 0. */
export function idOf(value: string | number | null | undefined): string | null {
  const id = String(value ?? '')
  return /^[1-9][0-9]{0,18}$/.test(id) ? id : null
}

type Classifications = NonNullable<GenericAlert['classifications']>

function classificationsOf(alert: FinkAlert): Classifications {
  const said: Classifications = [
    ...labelOf('TNS', alert['f:xm_tns_type']),
    ...labelOf('SIMBAD', alert['f:xm_simbad_otype'] ?? alert['f:main_label_crossmatch']),
    ...labelOf('VSX', alert['f:xm_vsx_Type']),
    ...labelOf('GCVS', alert['f:xm_gcvs_type']),
    ...labelOf('CATS', catsClasses[alert['f:clf_cats_class'] ?? alert['f:main_label_classifier'] ?? -1]).map(said => ({
      ...said,
      probability: probabilityOf(alert['f:clf_cats_score'])
    })),
    ...scoreOf('early SN Ia', { classifier: 'earlySNIa', score: alert['f:clf_earlySNIa_score'] }),
    ...scoreOf('SN', { classifier: 'SuperNNova', score: alert['f:clf_snnSnVsOthers_score'] })
  ]
  return said.toSorted((a, b) => (b.probability ?? -1) - (a.probability ?? -1))
}

const catsClasses: Readonly<Record<number, string>> = { 11: 'SN-like', 12: 'Fast', 13: 'Long', 21: 'Periodic', 22: 'Non-periodic' }

function scoreOf(label: string, { classifier, score }: { classifier: string; score: number | null | undefined }): Classifications {
  const probability = probabilityOf(score)
  return probability === null ? [] : [{ label, probability, classifier }]
}

// -1 stands for a classifier that did not run.
function probabilityOf(value: number | null | undefined): number | null {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : null
}

function countOf(value: number | null | undefined): number | null {
  return typeof value === 'number' && value >= 0 ? value : null
}
