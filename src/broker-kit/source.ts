// Two copies of the kit can meet, the service's and a module's: they share one memory of what came from which text.
const key = Symbol.for('tom-alerts-service.sources')
const shared: typeof globalThis & { [key]?: WeakMap<object, Source> } = globalThis
shared[key] ??= new WeakMap<object, Source>()
const sources = shared[key]

interface Source {
  readonly text: string
  readonly mediaType: string
  readonly unreadable: string | null
}

/** Remembers the text that a value was read from, exactly as the broker sent it; answers the value. */
export function withSource<T extends object>(value: T, text: string, mediaType = 'application/json'): T {
  sources.set(value, { text, mediaType, unreadable: null })
  return value
}

/** Stands for an item that could not be read: its text is kept, and the host makes it a rejection. */
export function unreadableItem(text: string, reason: string, mediaType = 'application/json'): object {
  const value = {}
  sources.set(value, { text, mediaType, unreadable: reason })
  return value
}

/** The text a value was read from and its media type, or undefined when nothing remembers it. */
export function sourceOf(value: unknown): { readonly text: string; readonly mediaType: string } | undefined {
  return typeof value === 'object' && value !== null ? sources.get(value) : undefined
}

/** Why an item could not be read; null for every value that could. A module that filters lets such items pass. */
export function unreadableReason(value: unknown): string | null {
  return typeof value === 'object' && value !== null ? (sources.get(value)?.unreadable ?? null) : null
}

/** Joins values that came from several answers into one object, and their texts into the text of that object. */
export function joinObject<T extends Record<string, unknown>>(members: T): T {
  const texts = Object.entries(members).map(([name, value]) => `${JSON.stringify(name)}:${textOf(value)}`)
  return withSource(members, `{${texts.join(',')}}`)
}

/** Joins values that belong together into one array, and their texts into the text of that array. */
export function joinArray<T>(items: T[]): T[] {
  return withSource(items, `[${items.map(textOf).join(',')}]`)
}

function textOf(value: unknown): string {
  return sourceOf(value)?.text ?? JSON.stringify(value)
}
