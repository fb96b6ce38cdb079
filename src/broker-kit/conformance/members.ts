/** Tells whether a value is an object with members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One member of a JSON value, at whatever depth. */
export interface Member {
  readonly name: string
  readonly value: string | number
}

/** All members of a JSON value that are text or numbers, each once. */
export function membersOf(value: unknown): Member[] {
  const found = new Map<string, Member>()
  const visit = (inside: unknown): void => {
    if (typeof inside !== 'object' || inside === null) return
    for (const [name, content] of Object.entries(inside)) {
      const isMember = !Array.isArray(inside) && (typeof content === 'string' || typeof content === 'number')
      if (isMember) found.set(JSON.stringify([name, content]), { name, value: content })
      else visit(content)
    }
  }
  visit(value)
  return [...found.values()]
}
