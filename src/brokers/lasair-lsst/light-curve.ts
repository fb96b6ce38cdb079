import {
  brightnessOfFlux,
  compileCheck,
  Identifier,
  lightCurve,
  Mjd,
  Nullable,
  type PhotometryPoint,
  type Static,
  Type,
  taiMjdToIso
} from '../../broker-kit/index.ts'

const MaybeNumber = Type.Optional(Nullable(Type.Number()))
const measured = { midpointMjdTai: Mjd, band: Type.Optional(Nullable(Type.String())), psfFlux: MaybeNumber, psfFluxErr: MaybeNumber }

const Source = Type.Object({ ...measured, diaSourceId: Type.Optional(Nullable(Identifier)), reliability: MaybeNumber })
const ForcedSource = Type.Object({ ...measured, diaForcedSourceId: Type.Optional(Nullable(Identifier)) })
type Source = Static<typeof Source>

const isSource = compileCheck(Source)
const isForcedSource = compileCheck(ForcedSource)

/** What Lasair holds of a light curve. */
export interface Measurements {
  readonly diaSourcesList: readonly unknown[]
  readonly diaForcedSourcesList?: readonly unknown[] | null | undefined
}

/** The light curve: detections, and the photometry that was forced at the place of the object. */
export function pointsOf({ diaSourcesList, diaForcedSourcesList }: Measurements): PhotometryPoint[] {
  const forced = (diaForcedSourcesList ?? []).filter(isForcedSource)
  return lightCurve([
    ...diaSourcesList.filter(isSource).map(source => pointOf('detection', source, source.diaSourceId)),
    ...forced.map(source => pointOf('forced', source, source.diaForcedSourceId))
  ])
}

/** How many measurements cannot be read. */
export function unreadableIn({ diaSourcesList, diaForcedSourcesList }: Measurements): number {
  const sources = diaSourcesList.filter(source => !isSource(source))
  return sources.length + (diaForcedSourcesList ?? []).filter(source => !isForcedSource(source)).length
}

/** The newest detection; null when there is none. */
export function latestSource(sources: readonly unknown[]): Source | null {
  return sources.filter(isSource).reduce<Source | null>((a, b) => (a !== null && a.midpointMjdTai >= b.midpointMjdTai ? a : b), null)
}

/** The flux of the difference image [nJy], which may be negative, and the magnitude where it is not. */
export function brightnessOf({ psfFlux = null, psfFluxErr = null }: Source) {
  return brightnessOfFlux(psfFlux, psfFluxErr)
}

function pointOf(kind: 'detection' | 'forced', source: Source, id: string | number | null | undefined): PhotometryPoint {
  const { midpointMjdTai, band } = source
  // 0 stands for "none" among the ids of LSST.
  const sourceId = id === undefined || id === null || Number(id) === 0 ? null : String(id)
  const place = { timestamp: taiMjdToIso(midpointMjdTai), survey: 'LSST', telescope: 'Rubin', band: band || null }
  return { sourceId, kind, ...place, ...brightnessOf(source) }
}
