const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Which id of a real service stands for which id of the documents. */
export type Ids = Map<string, string>

interface Place {
  /** JSON Pointer. */
  readonly pointer: string
  readonly ids: Ids
}

/**
 * Says how a real answer differs from the one that a document shows. What is not shown does not count, items of an array
 * neither, but an empty array is empty. Any id stands for a shown one, but always the same; and any time in a member
 * whose name ends with At.
 */
export function differencesOf(shown: unknown, actual: unknown, { pointer, ids }: Place = { pointer: '', ids: new Map() }): string[] {
  const different = [`${pointer || '/'} is ${JSON.stringify(actual)}, not ${JSON.stringify(shown)}`]
  if (Array.isArray(shown)) return Array.isArray(actual) ? differencesOfArrays(shown, actual, { pointer, ids }) : different
  if (isObject(shown)) {
    if (!isObject(actual)) return different
    return Object.entries(shown).flatMap(([name, value]) => differencesOf(value, actual[name], { pointer: `${pointer}/${name}`, ids }))
  }
  if (typeof shown === 'string' && typeof actual === 'string') return textFits(shown, actual, { pointer, ids }) ? [] : different
  return shown === actual ? [] : different
}

function differencesOfArrays(shown: readonly unknown[], actual: readonly unknown[], { pointer, ids }: Place): string[] {
  if (shown.length === 0) return actual.length === 0 ? [] : [`${pointer} is not empty`]
  const differences: string[] = []
  let next = 0
  for (const [place, item] of shown.entries()) {
    const found = actual.findIndex(
      (other, index) => index >= next && differencesOf(item, other, { pointer, ids: new Map(ids) }).length === 0
    )
    const at = found === -1 ? Math.max(place, next) : found
    differences.push(...differencesOf(item, actual[at], { pointer: `${pointer}/${at}`, ids }))
    next = at + 1
  }
  return differences
}

function textFits(shown: string, actual: string, { pointer, ids }: Place): boolean {
  if (pointer.endsWith('At') && time.test(shown)) return time.test(actual)
  if (shown.replaceAll(uuid, '') !== actual.replaceAll(uuid, '')) return false
  const others = actual.match(uuid) ?? []
  return (shown.match(uuid) ?? []).every((id, index) => standsFor(ids, id, others[index]))
}

function standsFor(ids: Ids, shown: string, actual: string | undefined): boolean {
  if (actual === undefined) return false
  if (ids.has(shown)) return ids.get(shown) === actual
  if ([...ids.values()].includes(actual)) return false
  ids.set(shown, actual)
  return true
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
