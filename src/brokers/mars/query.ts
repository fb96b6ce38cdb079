import type { Fields, UtcRange } from '../../broker-kit/index.ts'
import type { MarsParameters } from './parameters.ts'

const arcsecPerDegree = 3600

/** Puts the parameters as MARS wants them; `newerThan` narrows the time of the alert [UTC]. */
export function toQuery(parameters: MarsParameters, newerThan: string | null): Fields {
  const { objectId, candid, panstarrsId, since, band, maxMagError, minRealBogus, minDeepRealBogus, order } = parameters
  return {
    objectId,
    candid,
    objectidps: panstarrsId,
    ...placeOf(parameters),
    ...timesOf(parameters.observed, newerThan),
    time__since: since,
    ...openRange('jd', parameters.jd),
    filter: band,
    ...closedRange('magpsf', parameters.mag),
    sigmapsf__lte: maxMagError,
    ...closedRange('magap', parameters.apertureMag),
    ...closedRange('distnr', parameters.referenceDistance),
    ...closedRange('deltamaglatest', parameters.magChange),
    ...closedRange('deltamagref', parameters.magAboveReference),
    rb__gte: minRealBogus,
    drb__gte: minDeepRealBogus,
    ...closedRange('classtar', parameters.starScore),
    fwhm__lte: parameters.maxFwhm,
    nbad__lte: parameters.maxBadPixels,
    elong__lte: parameters.maxElongation,
    sort_value: order?.by ?? 'jd',
    sort_order: order?.direction === 'ascending' ? 'asc' : 'desc',
    format: 'json'
  }
}

/** MARS wants radii in degrees. */
function placeOf({ cone, objectCone, ra, dec, galacticLongitude, galacticLatitude }: MarsParameters): Fields {
  return {
    cone: cone && `${cone.ra},${cone.dec},${cone.radius / arcsecPerDegree}`,
    objectcone: objectCone && `${objectCone.name},${objectCone.radius / arcsecPerDegree}`,
    ...openRange('ra', ra),
    ...openRange('dec', dec),
    ...openRange('l', galacticLongitude),
    ...openRange('b', galacticLatitude)
  }
}

/** MARS leaves out the ends of a range of time, so it is asked for one that is a millisecond longer. */
function timesOf({ after, before }: UtcRange = {}, newerThan: string | null): Fields {
  const starts = [after, newerThan].flatMap(time => (typeof time === 'string' ? [Date.parse(time)] : []))
  return {
    time__gt: starts.length === 0 ? undefined : timeText(Math.max(...starts) - 1),
    time__lt: before === undefined ? undefined : timeText(Date.parse(before) + 1)
  }
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '')
}

interface NumberRange {
  readonly min?: number
  readonly max?: number
}

function openRange(column: string, { min, max }: NumberRange = {}): Fields {
  return { [`${column}__gt`]: min, [`${column}__lt`]: max }
}

function closedRange(column: string, { min, max }: NumberRange = {}): Fields {
  return { [`${column}__gte`]: min, [`${column}__lte`]: max }
}
