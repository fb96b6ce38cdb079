import type { InstalledBroker } from '../broker-kit/registry.ts'

/** The module's own example, or one made of the examples of its parameters; only one that would be accepted. */
export function exampleOf({ module, parameterComplaints }: InstalledBroker): object | null {
  const own: unknown[] = module.parameters.examples ?? []
  const members = Object.entries(module.parameters.properties).flatMap(([name, { examples, default: fallback }]) => {
    const [example = fallback] = Array.isArray(examples) ? examples : []
    return example === undefined ? [] : [[name, example]]
  })
  const candidates = [...own, Object.fromEntries(members)]
  return candidates.filter(isObject).find(candidate => parameterComplaints(candidate).length === 0) ?? null
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
