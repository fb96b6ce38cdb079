import { compileCheck, Type } from '../../broker-kit/index.ts'

/** A number as TNS writes it: as a number, as a text, or as nothing. */
export const MaybeNumber = Type.Optional(
  Type.Unsafe<number | string | null>({
    type: ['number', 'string', 'null'],
    pattern: '^(-?[0-9]+([.][0-9]*)?([eE][-+]?[0-9]+)?)?$'
  })
)

/** The number; null for nothing. */
export function numberOf(value: number | string | null | undefined): number | null {
  if (value === undefined || value === null || value === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

const hasName = compileCheck(Type.Object({ name: Type.String({ minLength: 1 }) }))
const hasGroupName = compileCheck(Type.Object({ group_name: Type.String({ minLength: 1 }) }))

/** The name in what TNS writes as `{ id, name }`; null where it has an empty list or nothing in its place. */
export function nameIn(value: unknown): string | null {
  return hasName(value) ? value.name : null
}

/** The name of a group of people; "None" is none. */
export function groupIn(value: unknown): string | null {
  return hasGroupName(value) && value.group_name !== 'None' ? value.group_name : null
}
