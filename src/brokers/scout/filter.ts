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
    isWithin(numberOf(object.neoScore), { lowest: minNeoScore }) &&
    isWithin(numberOf(object.neo1kmScore), { lowest: minNeo1kmScore }) &&
    isWithin(numberOf(object.phaScore), { lowest: minPhaScore }) &&
    isWithin(numberOf(object.ieoScore), { lowest: minIeoScore }) &&
    isWithin(numberOf(object.geocentricScore), { greatest: maxGeocentricScore }) &&
    isWithin(numberOf(object.tisserandScore), { greatest: maxTisserandScore }) &&
    isWithin(numberOf(object.rating), { lowest: minRating }) &&
    isWithin(numberOf(object.caDist), { greatest: maxApproach }) &&
    isWithin(numberOf(object.unc), { lowest: minUncertainty, greatest: maxUncertainty }) &&
    isWithin(numberOf(object.Vmag), { greatest: maxMag }) &&
    isWithin(numberOf(object.nObs), { lowest: minDetections })
  )
}

interface Bounds {
  readonly lowest?: number | undefined
  readonly greatest?: number | undefined
}

/** What is not known lies within no bounds. */
function isWithin(value: number | null, { lowest, greatest }: Bounds): boolean {
  if (lowest === undefined && greatest === undefined) return true
  return value !== null && (lowest === undefined || value >= lowest) && (greatest === undefined || value <= greatest)
}

function timeIn({ lastRun }: ScoutObject): number | null {
  return lastRun === null ? null : Date.parse(timeOf(lastRun))
}
