import { type Static, type TSchema, type TUnsafe, Type } from '@sinclair/typebox'
import { Ajv, type ErrorObject } from 'ajv'
import formats from 'ajv-formats'
import { namePattern } from './name.ts'

/** One thing that is wrong with a value: where (JSON Pointer), what, and what would be right. */
export interface Complaint {
  readonly pointer: string
  readonly message: string
}

/** A compiled schema: narrows a value, or says all that is wrong with it. */
export interface Check<T> {
  (value: unknown): value is T
  /** Everything that is wrong with the value; empty when it fits. */
  complaints(value: unknown): Complaint[]
}

/** Makes a schema that also takes `null`, written as OpenAPI 3.1 generators like it: `type: [T, 'null']`. */
export function Nullable<S extends TSchema>(schema: S): TUnsafe<Static<S> | null> {
  const { type, enum: values } = schema
  return Type.Unsafe<Static<S> | null>({ ...schema, type: [type, 'null'].flat(), ...(values && { enum: [...values, null] }) })
}

/** Makes a string schema with a closed list of values. */
export function StringEnum<const V extends readonly string[]>(values: V, options: object = {}): TUnsafe<V[number]> {
  return Type.Unsafe<V[number]>({ type: 'string', enum: [...values], ...options })
}

/** An identifier as JSON brings it: text or a whole number. The HTTP client reads long numbers as text, so `String(id)` is exact. */
export const Identifier = Type.Unsafe<string | number>({
  type: ['string', 'integer'],
  minLength: 1,
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER
})

const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, strictNumbers: true })
formats.default(ajv)

/** Compiles a schema once; the result checks a value in about a microsecond. */
export function compileCheck<S extends TSchema>(schema: S): Check<Static<S>> {
  const validate = ajv.compile<Static<S>>(schema)
  const check = (value: unknown): value is Static<S> => validate(value)
  const complaints = (value: unknown) => (validate(value) ? [] : explain(validate.errors ?? []))
  return Object.assign(check, { complaints })
}

/** Turns the errors of Ajv into complaints that say what would be right. */
export function explain(errors: readonly ErrorObject[]): Complaint[] {
  return errors
    .filter(isUnion)
    .reduce(tellUnion, errors)
    .map(error => ({ pointer: pointerOf(error), message: messageOf(error) }))
}

function isUnion({ keyword }: ErrorObject): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf'
}

/** Tells of a union what the form lacks that was meant, or, when the type fits none, which types would. */
function tellUnion(errors: readonly ErrorObject[], union: ErrorObject): readonly ErrorObject[] {
  const ofForms = errors.filter(({ schemaPath }) => schemaPath.startsWith(`${union.schemaPath}/`))
  const ofType = ofForms.filter(({ keyword, instancePath }) => keyword === 'type' && instancePath === union.instancePath)
  if (ofType.length === 0) return errors
  const rest = errors.filter(error => error !== union && !ofType.includes(error))
  if (ofForms.length > ofType.length) return rest
  return [...rest, { ...union, keyword: 'type', params: { type: ofType.flatMap(({ params }) => params['type']) } }]
}

function pointerOf({ instancePath, keyword, params }: ErrorObject): string {
  const member: unknown = keyword === 'required' ? params['missingProperty'] : params['additionalProperty']
  return typeof member === 'string' ? `${instancePath}/${escapePointer(member)}` : instancePath
}

/** How the complaint about a member begins that a schema does not have. */
export const notKnown = 'is not known'

function messageOf({ keyword, params, message, parentSchema }: ErrorObject): string {
  if (keyword === 'required') return 'is required'
  if (keyword === 'pattern' && parentSchema) return messageOfPattern(parentSchema) ?? message ?? keyword
  if (keyword === 'additionalProperties') return `${notKnown}; known are ${Object.keys(parentSchema?.['properties'] ?? {}).join(', ')}`
  if (keyword === 'enum') return `must be one of ${params['allowedValues'].map((value: unknown) => JSON.stringify(value)).join(', ')}`
  if (keyword === 'minProperties') return `must have at least ${params['limit']} member${params['limit'] === 1 ? '' : 's'}`
  if (keyword === 'type') return `must be ${[params['type']].flat().map(nameOfType).join(' or ')}`
  return message ?? keyword
}

/** Says in words what fits a pattern, where the schema has any; people need not read regular expressions. */
function messageOfPattern({ pattern, examples, description }: Record<string, unknown>): string | undefined {
  if (pattern === namePattern) return 'must be one line without control characters, and not blank'
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined
  const words = typeof description === 'string' ? description.replace(/[.]$/, '') : undefined
  if (example === undefined) return words && `must be as described: ${words}`
  return `must be as in ${JSON.stringify(example)}${words ? ` (${words})` : ''}`
}

/** Escapes a member name for use in a JSON Pointer (RFC 6901). */
export function escapePointer(member: string): string {
  return member.replaceAll('~', '~0').replaceAll('/', '~1')
}

function nameOfType(type: string): string {
  if (type === 'null') return 'null'
  if (type === 'boolean') return 'true or false'
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`
}
