const zeroPoint = 31.4
const magnitudesPerLn = 2.5 / Math.LN10

/** A brightness as a flux [nJy] and as an AB magnitude [mag], each with its uncertainty; null where there is none. */
export interface Brightness {
  readonly mag: number | null
  readonly magError: number | null
  readonly flux: number | null
  readonly fluxError: number | null
}

/** The brightness of which nothing is known. */
export const unknownBrightness: Brightness = { mag: null, magError: null, flux: null, fluxError: null }

/** The brightness that a flux [nJy] stands for; one that is not above 0, as of a difference, has no magnitude. */
export function brightnessOfFlux(flux: number | null, fluxError: number | null): Brightness {
  if (flux === null || !Number.isFinite(flux)) return unknownBrightness
  const error = fluxError !== null && fluxError >= 0 && Number.isFinite(fluxError) ? fluxError : null
  if (flux <= 0) return { ...unknownBrightness, flux, fluxError: error }
  const magError = error === null ? null : finite((magnitudesPerLn * error) / flux)
  return { mag: zeroPoint - 2.5 * Math.log10(flux), magError, flux, fluxError: error }
}

/** The negative flux [nJy] of a source that is fainter than its reference by as much light as an AB magnitude [mag] says. */
export function brightnessOfDeficit(mag: number | null, magError: number | null): Brightness {
  if (mag === null) return unknownBrightness
  const flux = finite(10 ** ((zeroPoint - mag) / 2.5))
  if (flux === null) return unknownBrightness
  return {
    ...unknownBrightness,
    flux: -flux,
    fluxError: magError !== null && magError >= 0 ? finite((flux * magError) / magnitudesPerLn) : null
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
