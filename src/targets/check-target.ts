import { Type } from '@sinclair/typebox'
import { type Complaint, compileCheck } from '../domain/schema.ts'
import { Scheme, TargetType } from './fields.ts'
import { NewSiderealTarget, type NewTarget, newMovingTargets, TargetFromAlert } from './new-target-schemas.ts'

const hasAlertId = compileCheck(Type.Object({ alertId: Type.Unknown() }))
const hasType = compileCheck(Type.Object({ type: TargetType }))
const moves = compileCheck(Type.Object({ type: Type.Literal('NON_SIDEREAL') }))
const hasScheme = compileCheck(Type.Object({ scheme: Scheme }))
const checkFromAlert = compileCheck(TargetFromAlert)
const checkSidereal = compileCheck(NewSiderealTarget)
const checkMoving = {
  MPC_MINOR_PLANET: compileCheck(newMovingTargets.MPC_MINOR_PLANET),
  MPC_COMET: compileCheck(newMovingTargets.MPC_COMET),
  JPL_MAJOR_PLANET: compileCheck(newMovingTargets.JPL_MAJOR_PLANET)
}
const isLongOrbit = compileCheck(Type.Object({ eccentricity: Type.Number({ exclusiveMinimum: 0.9 }) }))

/** Says everything that is wrong with the body of a request that makes a target; what it holds decides what it must be. */
export function creationComplaints(body: unknown): Complaint[] {
  return hasAlertId(body) ? checkFromAlert.complaints(body) : targetComplaints(body)
}

/** Says everything that keeps a value from describing a target. */
export function targetComplaints(value: unknown): Complaint[] {
  if (!hasType(value)) return hasType.complaints(value)
  if (!moves(value)) return checkSidereal.complaints(value)
  if (!hasScheme(value)) return hasScheme.complaints(value)
  return [...checkMoving[value.scheme].complaints(value), ...orbitComplaints(value)]
}

function orbitComplaints(value: { scheme: Scheme }): Complaint[] {
  if (value.scheme === 'MPC_COMET' || !isLongOrbit(value)) return []
  return [{ pointer: '/eccentricity', message: 'must be <= 0.9 unless scheme is MPC_COMET' }]
}

/** Tells whether a value describes a target. */
export function describesTarget(value: unknown): value is NewTarget {
  return targetComplaints(value).length === 0
}
