import {
  brightnessOfFlux,
  type GenericAlert,
  Identifier,
  Mjd,
  Nullable,
  type PhotometryPoint,
  type Static,
  type TargetDraft,
  Type,
  taiMjdToIso
} from '../../broker-kit/index.ts'
import { rowOrWhole } from '../lasair/row-or-whole.ts'
import { contextColumns, contextFields, contextOfObject, contextOfRow, targetOf } from '../lasair/surroundings.ts'
import { brightnessOf, latestSource, pointsOf } from './light-curve.ts'

const ObjectId = Type.Unsafe<string | number>({ ...Identifier, pattern: '^[0-9]{1,19}$' })
const Degrees = Nullable(Type.Number())
const Flux = Type.Optional(Nullable(Type.Number()))
const Count = Type.Optional(Nullable(Type.Integer()))
const bands = ['u', 'g', 'r', 'i', 'z', 'y'] as const

/** A row of the table of objects, as queries answer it. */
const Row = Type.Object({
  diaObjectId: ObjectId,
  ra: Degrees,
  decl: Degrees,
  lastDiaSourceMjdTai: Nullable(Mjd),
  nDiaSources: Count,
  latestR: Type.Optional(Nullable(Type.Number())),
  latest_psfFlux: Flux,
  u_psfFlux: Flux,
  g_psfFlux: Flux,
  r_psfFlux: Flux,
  i_psfFlux: Flux,
  z_psfFlux: Flux,
  y_psfFlux: Flux,
  ...contextColumns
})
type Row = Static<typeof Row>

const LasairData = Type.Object({ nDiaSources: Count, ...contextFields })

/** An object with its light curve and, as a rule, all that Lasair adds. */
const Whole = Type.Object({
  diaObjectId: ObjectId,
  diaObject: Type.Object({ ra: Degrees, decl: Degrees, lastDiaSourceMjdTai: Type.Optional(Nullable(Mjd)) }),
  diaSourcesList: Type.Array(Type.Unknown()),
  diaForcedSourcesList: Type.Optional(Nullable(Type.Array(Type.Unknown()))),
  lasairData: Type.Optional(LasairData)
})
type Whole = Static<typeof Whole>

/** An object as Lasair gives it: its row, or the whole of it. */
export const LasairLsstAlert = rowOrWhole({ row: Row, whole: Whole, mark: 'diaSourcesList' })
type LasairLsstAlert = Static<typeof LasairLsstAlert>

/** The columns that make an alert of a row. */
export const selectedColumns = [
  'diaObjectId',
  'ra',
  'decl',
  'firstDiaSourceMjdTai',
  'lastDiaSourceMjdTai',
  'nDiaSources',
  'latestR',
  'latest_psfFlux',
  ...bands.map(band => `${band}_psfFlux`),
  'tns_name'
]

/** The generic alert of one object. */
export function toGeneric(alert: LasairLsstAlert): GenericAlert {
  return isWhole(alert) ? genericOfWhole(alert) : genericOfRow(alert)
}

/** The light curve that a whole object carries. */
export function photometryOf(alert: LasairLsstAlert): PhotometryPoint[] {
  return isWhole(alert) ? pointsOf(alert) : []
}

/** The target of one object. */
export function toTarget(alert: LasairLsstAlert, generic: GenericAlert): TargetDraft {
  return targetOf(generic, isWhole(alert) ? contextOfObject(alert.lasairData ?? {}) : contextOfRow(alert))
}

function isWhole(alert: LasairLsstAlert): alert is Whole {
  return 'diaSourcesList' in alert
}

function genericOfRow(row: Row): GenericAlert {
  const { diaObjectId, ra, decl, lastDiaSourceMjdTai, nDiaSources, latestR, latest_psfFlux: flux = null } = row
  const { mag } = brightnessOfFlux(flux, null)
  return {
    ...identityOf(diaObjectId),
    timestamp: lastDiaSourceMjdTai === null ? null : taiMjdToIso(lastDiaSourceMjdTai),
    ra,
    dec: decl,
    mag,
    // The row does not say which band its latest flux is of: that of the band with the very same flux.
    band: mag === null ? null : (bands.find(band => row[`${band}_psfFlux`] === flux) ?? null),
    magError: null,
    score: latestR ?? null,
    classifications: contextOfRow(row).classifications,
    detections: nDiaSources ?? null
  }
}

function genericOfWhole({ diaObjectId, diaObject, diaSourcesList, lasairData }: Whole): GenericAlert {
  const latest = latestSource(diaSourcesList)
  const { mag, magError } = latest === null ? { mag: null, magError: null } : brightnessOf(latest)
  const time = latest?.midpointMjdTai ?? diaObject.lastDiaSourceMjdTai ?? unknownTime
  return {
    ...identityOf(diaObjectId),
    timestamp: time === unknownTime ? null : taiMjdToIso(time),
    ra: diaObject.ra,
    dec: diaObject.decl,
    mag,
    band: mag === null ? null : latest?.band || null,
    magError,
    score: latest?.reliability ?? null,
    classifications: contextOfObject(lasairData ?? {}).classifications,
    detections: lasairData?.nDiaSources ?? diaSourcesList.length
  }
}

/** What Lasair writes for the last detection of an object of which it knows none. */
const unknownTime = 61_000

function identityOf(diaObjectId: string | number) {
  const id = String(diaObjectId)
  return { id, name: id, objectId: id, survey: 'LSST', url: `https://lasair.lsst.ac.uk/objects/${id}/` }
}
