import { compileCheck, type GenericAlert, type Static, type TargetDraft, Type } from '../../broker-kit/index.ts'
import { numberOf, type ScoutObject } from './rows.ts'

/** Julian Date minus Modified Julian Date [day]. */
const jdOfMjd = 2_400_000.5
/** Mean daily motion at 1 AU: the Gaussian constant [deg/day]. */
const dailyMotion = 0.985_607_668_6
/** Above this, the elements are given as those of a comet. */
const longOrbit = 0.9

const Orbits = Type.Object({
  fields: Type.Array(Type.String()),
  data: Type.Array(Type.Array(Type.Unsafe<number | string | null>({ type: ['number', 'string', 'null'] })), { minItems: 1 })
})
const hasOrbits = compileCheck(Orbits)

/** The target that an object is: one that moves, on the first of its sampled orbits. Without an orbit, it makes no target. */
export function toTarget(object: ScoutObject, { name }: GenericAlert): TargetDraft {
  const draft = { name, type: 'NON_SIDEREAL' as const, extras: extrasOf(object) }
  const orbit = hasOrbits(object.orbits) ? orbitOf(object.orbits) : null
  if (orbit === null) return draft
  const { eccentricity, perihdist, epochOfPerihelion, epochOfElements } = orbit
  const elements = { ...orbit, absMag: orbit.absMag ?? numberOf(object.H) }
  if (eccentricity > longOrbit) return { ...draft, scheme: 'MPC_COMET', elements }
  const semimajorAxis = perihdist / (1 - eccentricity)
  const meanDailyMotion = dailyMotion / semimajorAxis ** 1.5
  const meanAnomaly = ((((epochOfElements - epochOfPerihelion) * meanDailyMotion) % 360) + 360) % 360
  return { ...draft, scheme: 'MPC_MINOR_PLANET', elements: { ...elements, semimajorAxis, meanDailyMotion, meanAnomaly } }
}

interface Orbit {
  readonly epochOfElements: number
  readonly eccentricity: number
  readonly perihdist: number
  readonly epochOfPerihelion: number
  readonly lngAscNode: number
  readonly argOfPerihelion: number
  readonly inclination: number
  readonly absMag: number | null
}

/** The first of the sampled orbits; null when one of its elements is missing. */
function orbitOf({ fields, data: [values = []] }: Static<typeof Orbits>): Orbit | null {
  const element = (name: string) => numberOf(values[fields.indexOf(name)])
  const [epoch, perihelion] = [element('epoch'), element('tp')]
  const [eccentricity, perihdist] = [element('ec'), element('qr')]
  const [lngAscNode, argOfPerihelion, inclination] = [element('om'), element('w'), element('inc')]
  if (epoch === null || perihelion === null || eccentricity === null || perihdist === null) return null
  if (lngAscNode === null || argOfPerihelion === null || inclination === null) return null
  const epochs = { epochOfElements: epoch - jdOfMjd, epochOfPerihelion: perihelion - jdOfMjd }
  return { ...epochs, eccentricity, perihdist, lngAscNode, argOfPerihelion, inclination, absMag: element('H') }
}

/** What else Scout says of an object, under its own names; elong is an angle from the Sun and no eccentricity. */
function extrasOf(object: ScoutObject): Record<string, number | string> {
  const { neoScore, neo1kmScore, phaScore, ieoScore, geocentricScore, tisserandScore, rating } = object
  const { nObs, arc, rmsN, moid, caDist, vInf, unc, uncP1, lastRun } = object
  const scores = { neoScore, neo1kmScore, phaScore, ieoScore, geocentricScore, tisserandScore, rating }
  const numbers = Object.entries({ ...scores, nObs, arc, rmsN, moid, caDist, vInf, unc, uncP1 }).flatMap(([name, value]) => {
    const number = numberOf(value)
    return number === null ? [] : [[name, number] as const]
  })
  return { ...Object.fromEntries(numbers), ...(lastRun !== null && { lastRun }) }
}
