import { Type } from '@sinclair/typebox'
import { readPlace } from '../domain/place.ts'
import { type Check, type Complaint, compileCheck } from '../domain/schema.ts'
import { unstorableStrings } from '../domain/storable.ts'
import { orbitFields, placeFields, Scheme, schemeFields, TargetType } from './fields.ts'
import { NewSiderealTarget, type NewTarget, newMovingTargets, TargetFromAlert } from './new-target-schemas.ts'

const hasAlertId = compileCheck(Type.Object({ alertId: Type.Unknown() }))
const hasType = compileCheck(Type.Object({ type: TargetType }))
const moves = compileCheck(Type.Object({ type: Type.Literal('NON_SIDEREAL') }))
const hasScheme = compileCheck(Type.Object({ scheme: Scheme }))
const checkFromAlert = compileCheck(TargetFromAlert)
const checkSidereal: Check<NewTarget> = compileCheck({
  ...NewSiderealTarget,
  $id: 'SiderealTargetInDegrees',
  properties: { ...NewSiderealTarget['properties'], ...placeFields }
})
const checkMoving = {
  MPC_MINOR_PLANET: compileCheck(newMovingTargets.MPC_MINOR_PLANET),
  MPC_COMET: compileCheck(newMovingTargets.MPC_COMET),
  JPL_MAJOR_PLANET: compileCheck(newMovingTargets.JPL_MAJOR_PLANET)
}
const isLongOrbit = compileCheck(Type.Object({ eccentricity: Type.Number({ exclusiveMinimum: 0.9 }) }))

const members = (fields: object) => Object.keys(fields).join(', ')
const schemeMust = `must be one of ${Object.entries(schemeFields)
  .map(([scheme, fields]) => `${scheme} (with ${members(fields)})`)
  .join(', ')}, each with ${members(orbitFields)}`

/** What was read, or all that is wrong with it. */
export type Reading<T> =
  | { readonly value: T; readonly complaints?: never }
  | { readonly value?: never; readonly complaints: readonly Complaint[] }

/** Reads the body of a request that makes a target; what it holds decides what it must be. */
export function readCreation(body: unknown): Reading<TargetFromAlert | NewTarget> {
  return hasAlertId(body) ? read(body, checkFromAlert) : readTarget(body)
}

/** Reads what describes a target; a position may be sexagesimal text. */
export function readTarget(described: unknown): Reading<NewTarget> {
  const { value, complaints: ofPlace } = readPlace(described)
  const complaints = [...unstorableStrings(described), ...ofPlace]
  if (complaints.length === 0) return readInDegrees(value)
  const told = new Set(complaints.map(({ pointer }) => pointer))
  return { complaints: [...complaints, ...(readInDegrees(value).complaints ?? []).filter(({ pointer }) => !told.has(pointer))] }
}

function readInDegrees(value: unknown): Reading<NewTarget> {
  if (!hasType(value)) return { complaints: hasType.complaints(value) }
  if (!moves(value)) return read(value, checkSidereal)
  if (!hasScheme(value)) return { complaints: [{ pointer: '/scheme', message: schemeMust }] }
  const reading = read(value, checkMoving[value.scheme])
  const complaints = [...(reading.complaints ?? []), ...orbitComplaints(value)]
  return complaints.length > 0 ? { complaints } : reading
}

function read<T>(value: unknown, check: Check<T>): Reading<T> {
  return check(value) ? { value } : { complaints: check.complaints(value) }
}

function orbitComplaints(value: { scheme: Scheme }): Complaint[] {
  if (value.scheme === 'MPC_COMET' || !isLongOrbit(value)) return []
  return [{ pointer: '/eccentricity', message: 'must be <= 0.9 unless scheme is MPC_COMET' }]
}
