import type { Static, TSchema } from '@sinclair/typebox'
import { type Check, type Complaint, compileCheck } from '../domain/schema.ts'

const checks = new WeakMap<TSchema, Check<unknown>>()

/** Tells whether a value fits a schema, which is compiled when it is first met. */
export function fits<S extends TSchema>(schema: S, value: unknown): value is Static<S> {
  return checkOf(schema)(value)
}

/** Everything that is wrong with a value. */
export function complaintsAbout(schema: TSchema, value: unknown): Complaint[] {
  return checkOf(schema).complaints(value)
}

function checkOf(schema: TSchema): Check<unknown> {
  const known = checks.get(schema)
  if (known) return known
  const check = compileCheck(schema)
  checks.set(schema, check)
  return check
}
