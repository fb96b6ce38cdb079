import type { Registry } from '../broker-kit/registry.ts'
import type { Query } from './schemas.ts'
import type { StoredQuery } from './store.ts'

/** Shows a stored query as the API does. */
export function toQuery(registry: Registry, { createdAt, modifiedAt, lastRunAt, version: _, ...query }: StoredQuery): Query {
  return {
    ...query,
    brokerInstalled: registry.has(query.brokerId),
    createdAt: createdAt.toISOString(),
    modifiedAt: modifiedAt.toISOString(),
    lastRunAt: lastRunAt?.toISOString() ?? null
  }
}
