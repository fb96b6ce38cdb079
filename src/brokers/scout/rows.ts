import { calendarDay, type GenericAlert, Nullable, type Static, Type, utcTextToIso } from '../../broker-kit/index.ts'

// Scout writes most numbers as text.
const Numeric = Type.Optional(Type.Unsafe<number | string | null>({ type: ['number', 'string', 'null'] }))
const minute = '([01][0-9]|2[0-3]):[0-5][0-9]'

/** One object of Scout: a row of the summary, or the answer for it alone, which can have sampled orbits. */
export const ScoutObject = Type.Object({
  objectName: Type.String({ pattern: '^[A-Za-z0-9_*+.-]{1,20}$' }),
  lastRun: Nullable(Type.String({ pattern: `^${calendarDay} ${minute}(:[0-5][0-9])?$` })),
  ra: Nullable(Type.String({ pattern: `^${minute}(:[0-5][0-9]([.][0-9]+)?)?$` })),
  dec: Nullable(Type.String({ pattern: '^[+-]?([0-8]?[0-9]|90)([: ][0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?)?$' })),
  nObs: Numeric,
  arc: Numeric,
  rmsN: Numeric,
  H: Numeric,
  Vmag: Numeric,
  moid: Numeric,
  caDist: Numeric,
  vInf: Numeric,
  unc: Numeric,
  uncP1: Numeric,
  rating: Numeric,
  neoScore: Numeric,
  neo1kmScore: Numeric,
  phaScore: Numeric,
  ieoScore: Numeric,
  geocentricScore: Numeric,
  tisserandScore: Numeric,
  orbits: Type.Optional(Type.Unknown())
})
export type ScoutObject = Static<typeof ScoutObject>

/** The generic alert of one object. */
export function toGeneric({ objectName, lastRun, ra, dec, Vmag, neoScore, nObs }: ScoutObject): GenericAlert {
  const observations = numberOf(nObs)
  return {
    id: objectName,
    name: objectName,
    objectId: objectName,
    survey: 'NEOCP',
    timestamp: lastRun === null ? null : timeOf(lastRun),
    ra: ra === null ? null : degreesOf(ra) * 15,
    dec: dec === null ? null : degreesOf(dec),
    mag: numberOf(Vmag),
    band: numberOf(Vmag) === null ? null : 'V',
    score: numberOf(neoScore),
    url: `https://cneos.jpl.nasa.gov/scout/#/object/${encodeURIComponent(objectName)}`,
    classifications: [],
    detections: observations !== null && Number.isInteger(observations) && observations >= 0 ? observations : null
  }
}

/** Converts the time of a run of Scout, which may have no seconds, to RFC 3339 [UTC]. */
export function timeOf(text: string): string {
  return utcTextToIso(text.length === 16 ? `${text}:00` : text)
}

/** A number that may be written as text; null for what is none. */
export function numberOf(value: number | string | null | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/** Reads `+28`, `-05:30` or `08:54:30`, in the unit of its first part. */
function degreesOf(text: string): number {
  const [whole = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(/[: ]/).map(Number)
  const size = whole + minutes / 60 + seconds / 3600
  return text.startsWith('-') ? 0 - size : size
}
