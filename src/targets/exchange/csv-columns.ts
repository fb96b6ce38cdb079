import { numberFields } from '../fields.ts'

/** What a column of the TOM Toolkit's CSV holds. */
export type Column =
  | { readonly kind: 'text'; readonly field: 'name' | 'type' | 'permissions' | 'scheme' }
  | { readonly kind: 'number'; readonly field: string }
  | { readonly kind: 'time'; readonly field: 'createdAt' | 'modifiedAt' }
  | { readonly kind: 'alias' }
  | { readonly kind: 'groups' }
  | { readonly kind: 'extra'; readonly key: string }

const named: Record<string, Column> = {
  name: { kind: 'text', field: 'name' },
  type: { kind: 'text', field: 'type' },
  created: { kind: 'time', field: 'createdAt' },
  modified: { kind: 'time', field: 'modifiedAt' },
  permissions: { kind: 'text', field: 'permissions' },
  groups: { kind: 'groups' },
  scheme: { kind: 'text', field: 'scheme' },
  ...Object.fromEntries(Object.keys(numberFields).map(field => [columnOf(field), { kind: 'number', field } as const]))
}
const marked = 'extra:'

/** The name that the TOM Toolkit has for a field: `pm_ra` for `pmRa`. */
export function columnOf(field: string): string {
  if (field === 'createdAt' || field === 'modifiedAt') return field.slice(0, -2)
  return field.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/** What a column holds, by its name. As in the TOM Toolkit, one that begins with `name` holds aliases. */
export function readColumn(name: string): Column {
  const known = Object.hasOwn(named, name) ? named[name] : undefined
  if (known) return known
  if (name.startsWith(marked)) return { kind: 'extra', key: name.slice(marked.length) }
  return name.startsWith('name') ? { kind: 'alias' } : { kind: 'extra', key: name }
}

/** The name of the column of an extra: its key, marked where that means something else. */
export function extraColumn(key: string): string {
  const column = readColumn(key)
  return column.kind === 'extra' && column.key === key ? key : marked + key
}
