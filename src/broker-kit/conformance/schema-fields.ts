import type { TSchema } from '@sinclair/typebox'

/** What the checks read of a schema. */
export interface SchemaView {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, SchemaView>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | SchemaView
  readonly items?: SchemaView
  readonly anyOf?: readonly SchemaView[]
  readonly enum?: readonly unknown[]
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  readonly format?: string
}

/** One field of a schema, those inside of objects too: `cone.ra`. */
export interface Field {
  readonly path: string
  readonly schema: TSchema
  readonly view: SchemaView
  readonly isRequired: boolean
}

/** All fields of an object schema, each object before its own fields. */
export function fieldsOf(schema: TSchema, prefix = ''): Field[] {
  const view: SchemaView = schema
  const properties: Record<string, TSchema> = schema['properties'] ?? {}
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`
    const inside = [field, ...branchesOf(field)].flatMap(branch => fieldsOf(branch, `${path}.`))
    return [{ path, schema: field, view: field, isRequired: view.required?.includes(name) ?? false }, ...inside]
  })
}

/** What a value may be instead, or consist of. */
export function branchesOf(schema: TSchema): TSchema[] {
  const branches: TSchema[] = [...(schema['anyOf'] ?? []), ...(schema['items'] ? [schema['items']] : [])]
  return branches.flatMap(branch => [branch, ...branchesOf(branch)])
}

/** The types that a value may have, its elements' included. */
export function typesOf(schema: TSchema): Set<string> {
  const views: SchemaView[] = [schema, ...branchesOf(schema)]
  return new Set(views.flatMap(({ type }) => (type === undefined ? [] : [type].flat())))
}
