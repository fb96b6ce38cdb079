import { type ConeSearch, compileCheck, type Static, Type, type UtcRange } from '../../broker-kit/index.ts'
import { separation } from '../../domain/sky.ts'
import type { GaiaParameters } from './parameters.ts'
import { GaiaAlert, GaiaTime, numberOf, timeOf } from './rows.ts'

const Row = Type.Composite([GaiaAlert, Type.Object({ Published: Type.Optional(GaiaTime) })])
type Row = Static<typeof Row>

const isRow = compileCheck(Row)

/** Tells which rows are wanted: those that fit the parameters, and those that cannot be read, so that the run can tell of them. */
export function selectionOf(parameters: GaiaParameters, newerThan: string | null): (row: unknown) => boolean {
  const { objectId, cone, className, minMagnitude, maxMagnitude, observed, published } = parameters
  const tests = [
    objectId !== undefined && hasName([objectId].flat()),
    cone !== undefined && liesIn(cone),
    className !== undefined && ((row: Row) => row.Class?.toLowerCase() === className.toLowerCase()),
    minMagnitude !== undefined && ((row: Row) => (numberOf(row.AlertMag) ?? Number.NaN) >= minMagnitude),
    maxMagnitude !== undefined && ((row: Row) => (numberOf(row.AlertMag) ?? Number.NaN) <= maxMagnitude),
    observed !== undefined && ((row: Row) => isWithin(observed, timeOf(row.Date))),
    published !== undefined && ((row: Row) => isWithin(published, timeOf(row.Published))),
    newerThan !== null && ((row: Row) => isWithin({ after: newerThan }, timeOf(row.Published) ?? timeOf(row.Date)))
  ].filter(test => test !== false)
  return row => !isRow(row) || tests.every(test => test(row))
}

function hasName(names: readonly string[]): (row: Row) => boolean {
  const wanted = new Set(names.map(name => name.toLowerCase()))
  return ({ Name }) => wanted.has(Name.toLowerCase())
}

function liesIn(cone: ConeSearch): (row: Row) => boolean {
  return ({ RaDeg, DecDeg }) => {
    const [ra, dec] = [numberOf(RaDeg), numberOf(DecDeg)]
    return ra !== null && dec !== null && separation(cone, { ra, dec }) <= cone.radius
  }
}

/** Both ends are included; what was at no known time is outside. */
function isWithin({ after, before }: UtcRange, time: string | null): boolean {
  if (time === null) return false
  const instant = Date.parse(time)
  return (after === undefined || instant >= Date.parse(after)) && (before === undefined || instant <= Date.parse(before))
}
