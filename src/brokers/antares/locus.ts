import {
  type GenericAlert,
  Identifier,
  Mjd,
  mjdToIso,
  Nullable,
  type Static,
  type TargetDraft,
  Type,
  taiMjdToIso
} from '../../broker-kit/index.ts'

const Ids = Type.Optional(Nullable(Type.Array(Identifier)))
const Text = Type.Optional(Nullable(Type.String()))

const Properties = Type.Object({
  num_mag_values: Type.Optional(Nullable(Type.Integer())),
  newest_alert_id: Text,
  newest_alert_magnitude: Type.Optional(Nullable(Type.Number())),
  newest_alert_observation_time: Type.Optional(Nullable(Mjd)),
  ztf_object_id: Text,
  survey: Type.Optional(
    Nullable(
      Type.Object({
        ztf: Type.Optional(Nullable(Type.Object({ id: Ids }))),
        lsst: Type.Optional(Nullable(Type.Object({ dia_object_id: Ids })))
      })
    )
  )
})

/** A locus, as the search lists it or alone. */
export const AntaresLocus = Type.Object({
  id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$' }),
  attributes: Type.Object({
    ra: Nullable(Type.Number()),
    dec: Nullable(Type.Number()),
    tags: Type.Optional(Nullable(Type.Array(Type.String()))),
    properties: Properties
  })
})
export type AntaresLocus = Static<typeof AntaresLocus>

/** The generic alert of one locus. Magnitude and time are those of its newest alert. */
export function toGeneric({ id, attributes }: AntaresLocus): GenericAlert {
  const { ra, dec, properties } = attributes
  const { newest_alert_observation_time: time, newest_alert_magnitude: mag, num_mag_values: detections } = properties
  const survey = surveyOf(properties)
  return {
    id,
    name: namesOf(properties)[0] ?? id,
    objectId: id,
    survey,
    timestamp: typeof time !== 'number' ? null : survey === 'LSST' ? taiMjdToIso(time) : mjdToIso(time),
    ra,
    dec,
    mag: mag ?? null,
    score: null,
    url: `https://antares.noirlab.edu/loci/${id}`,
    // A tag is the mark of a filter, whoever wrote it, and no class that a classifier gives: tags go to the target.
    classifications: [],
    detections: detections ?? null
  }
}

/** A target of all names of the locus, with its tags. */
export function toTarget({ id, attributes }: AntaresLocus, { name, ra, dec }: GenericAlert): TargetDraft {
  const aliases = [...namesOf(attributes.properties), id].filter(alias => alias !== name).slice(0, 100)
  const tags = (attributes.tags ?? []).join(', ')
  return { name, type: 'SIDEREAL', ra, dec, aliases, ...(tags && { extras: { antares_tags: tags } }) }
}

/** What the surveys call the objects at the place, ZTF first; each once. */
function namesOf({ ztf_object_id: ztfId, survey }: Static<typeof Properties>): string[] {
  const ids = [ztfId, ...(survey?.ztf?.id ?? []), ...(survey?.lsst?.dia_object_id ?? [])]
  return [...new Set(ids.flatMap(id => (id ? [String(id)] : [])))]
}

/** The survey of the newest alert. */
function surveyOf({ newest_alert_id: newest, ztf_object_id: ztfId, survey }: Static<typeof Properties>): 'ZTF' | 'LSST' | null {
  if (newest) return newest.startsWith('lsst') ? 'LSST' : newest.startsWith('ztf') ? 'ZTF' : null
  if (ztfId || survey?.ztf?.id?.length) return 'ZTF'
  return survey?.lsst?.dia_object_id?.length ? 'LSST' : null
}
