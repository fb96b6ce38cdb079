import type { TSchema } from '@sinclair/typebox'
import { isRecord } from './members.ts'
import { branchesOf } from './schema-fields.ts'

/** The fields that an alert schema names, those of the elements too when an alert is a list. */
export function schemaFieldsOf(alert: TSchema): Set<string> {
  return new Set([alert, ...branchesOf(alert)].flatMap(schema => Object.keys(schema['properties'] ?? {})))
}

/** Notes which fields of an alert a function reads; `...` stands for reading all of them at once. */
export function fieldsReadBy(raw: unknown, use: (alert: unknown) => unknown): Set<string> {
  const read = new Set<string>()
  const watch = (value: unknown) => {
    if (!isRecord(value)) return value
    return new Proxy(value, {
      get(target, member) {
        if (typeof member === 'string') read.add(member)
        return Reflect.get(target, member)
      },
      has(target, member) {
        if (typeof member === 'string') read.add(member)
        return Reflect.has(target, member)
      },
      ownKeys(target) {
        read.add('...')
        return Reflect.ownKeys(target)
      }
    })
  }
  use(Array.isArray(raw) ? raw.map(watch) : watch(raw))
  return read
}

/** The alert without one field; in a list, no element keeps it. */
export function without(raw: unknown, field: string): unknown {
  if (Array.isArray(raw)) return raw.map(item => without(item, field))
  return isRecord(raw) ? Object.fromEntries(Object.entries(raw).filter(([name]) => name !== field)) : raw
}

/** Makes a value unchangeable, to its depth; answers it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
