interface Source {
  readonly text: string
  readonly mediaType: string
  readonly unreadable: string | null
}

/** Gives back what it is made with, so that a class of it adds its private members to any object. */
class Itself {
  constructor(value: object) {
    // biome-ignore lint/correctness/noConstructorReturn: there is no other way to add a private member to an object.
    return value
  }
}

/** For values that take no more members: seldom any, as what is read is not frozen. */
const sourcesOfFrozen = new WeakMap<object, Source>()

/**
 * A member that only this class sees holds the source of a value. A WeakMap would do the same, but V8 keeps its entries
 * until all of the heap is collected: the texts of all alerts of a run.
 */
class Sourced extends Itself {
  #source: Source

  constructor(value: object, source: Source) {
    super(value)
    this.#source = source
  }

  static get(value: object): Source | undefined {
    return #source in value ? value.#source : sourcesOfFrozen.get(value)
  }

  static set(value: object, source: Source): void {
    if (#source in value) value.#source = source
    else if (Object.isExtensible(value)) new Sourced(value, source)
    else sourcesOfFrozen.set(value, source)
  }
}

// Two copies of the kit can meet, the service's and a module's: they share one memory of what came from which text.
const key = Symbol.for('tom-alerts-service.sources')
const shared: typeof globalThis & { [key]?: Pick<typeof Sourced, 'get' | 'set'> } = globalThis
shared[key] ??= Sourced
const sources = shared[key]

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
