import { compileCheck } from '../../broker-kit/index.ts'
import type { ScoutParameters } from './parameters.ts'
import { numberOf, ScoutObject, timeOf } from './rows.ts'

const isObject = compileCheck(ScoutObject)

/** Tells which objects fit the parameters; what cannot be read fits, so that the run can tell of it. */
export function filterOf(parameters: ScoutParameters, newerThan: string | null): (object: unknown) => boolean {
  const { after, before } = parameters.computed ?? {}
  const starts = [after, newerThan].flatMap(time => (typeof time === 'string' ? [Date.parse(time)] : []))
  const range = {
    lowest: starts.length === 0 ? undefined : Math.max(...starts),
    greatest: before === undefined ? undefined : Date.parse(before)
  }
  return object => !isObject(object) || (isWithin(timeIn(object), range) && hasNumbers(object, parameters))
}

function hasNumbers(object: ScoutObject, parameters: ScoutParameters): boolean {
  const { minNeoScore, minNeo1kmScore, minPhaScore, minIeoScore, maxGeocentricScore, maxTisserandScore } = parameters
  const { minRating, maxApproach, minUncertainty, maxUncertainty, maxMag, minDetections } = parameters
  return (
    isWithin(object.neoScore, { lowest: minNeoScore }) &&
    isWithin(object.neo1kmScore, { lowest: minNeo1kmScore }) &&
    isWithin(object.phaScore, { lowest: minPhaScore }) &&
    isWithin(object.ieoScore, { lowest: minIeoScore }) &&
    isWithin(object.geocentricScore, { greatest: maxGeocentricScore }) &&
    isWithin(object.tisserandScore, { greatest: maxTisserandScore }) &&
    isWithin(object.rating, { lowest: minRating }) &&
    isWithin(object.caDist, { greatest: maxApproach }) &&
    isWithin(object.unc, { lowest: minUncertainty, greatest: maxUncertainty }) &&
    isWithin(object.Vmag, { greatest: maxMag }) &&
    isWithin(object.nObs, { lowest: minDetections })
  )
}

interface Bounds {
  readonly lowest?: number | undefined
  readonly greatest?: number | undefined
}

/** What is not known lies within no bounds; a text that is no number lies within all, so that the run can tell of it. */
function isWithin(value: Parameters<typeof numberOf>[0], { lowest, greatest }: Bounds): boolean {
  if (lowest === undefined && greatest === undefined) return true
  const number = numberOf(value)
  if (number === null) return typeof value === 'string' && value.trim() !== ''
  return (lowest === undefined || number >= lowest) && (greatest === undefined || number <= greatest)
}

function timeIn({ lastRun }: ScoutObject): number | null {
  return lastRun === null ? null : Date.parse(timeOf(lastRun))
}
