import { OptionalKind, type Static, type TSchema, type TUnsafe, Type } from '@sinclair/typebox'

const components = new Map<string, TSchema>()

/** Gives a schema its name in the OpenAPI document; elsewhere it is used by `ref`, never by itself. */
export function component<S extends TSchema>(id: string, schema: S): S {
  if (components.has(id)) throw new Error(`Two components are called '${id}'.`)
  const named = { ...schema, $id: id, title: id }
  components.set(id, named)
  return named
}

/** All named schemas, for registration with the application. */
export function allComponents(): Iterable<TSchema> {
  return components.values()
}

/** Points to a named schema, in a route or in another component. */
export function ref<S extends TSchema>(schema: S): TUnsafe<Static<S>> {
  if (schema.$id === undefined) throw new Error('Only a component can be pointed to.')
  return Type.Unsafe<Static<S>>({ $ref: `${schema.$id}#` })
}

/** Points to a named schema where there can be null as well. */
export function nullableRef<S extends TSchema>(schema: S, options: { description?: string } = {}): TUnsafe<Static<S> | null> {
  return Type.Unsafe<Static<S> | null>({ anyOf: [ref(schema), { type: 'null' }], ...options })
}

/** Makes a member that a client may leave out and a handler always finds: validation fills in its default. */
export function defaulted<S extends TSchema>(schema: S): S {
  if (schema['default'] === undefined) throw new Error('A defaulted schema needs a default.')
  return { ...schema, [OptionalKind]: 'Optional' }
}
