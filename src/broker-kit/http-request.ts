import { BrokerError } from './errors.ts'
import type { BrokerRequest, Fields } from './http-client.ts'

/** A request, ready to be sent. */
export interface PreparedRequest {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Whether it may be sent again after a failure. */
  readonly idempotent: boolean
}

/** Puts a request together; throws `query-rejected` when its URL leaves the broker's host. */
export function prepareRequest(root: URL, path: string, { accept, request }: { accept: string; request: BrokerRequest }): PreparedRequest {
  const url = withinHost(root, path)
  if (!url) throw new BrokerError('query-rejected', `${root.host} is the only host that may be asked, this URL leaves it`)
  addFields(url.searchParams, request.query ?? {})
  const { body, type } = bodyOf(request)
  const defaults = {
    accept,
    'accept-encoding': 'gzip, br, zstd',
    'user-agent': 'tom-alerts-service',
    ...(type && { 'content-type': type })
  }
  const method = body === null ? 'GET' : 'POST'
  const headers = { ...defaults, ...lowerCased(request.headers ?? {}) }
  return { url, method, headers, body, idempotent: method === 'GET' || request.idempotent === true }
}

/**
 * Resolves a reference; null when it leads to another host or port. The scheme may differ when both ports are the
 * usual ones, and then https stays https: brokers behind a proxy hand out http links to themselves.
 */
export function withinHost(from: URL, reference: string): URL | null {
  const url = URL.parse(reference, from)
  if (!url || !/^https?:$/.test(url.protocol)) return null
  url.username = ''
  url.password = ''
  url.hash = ''
  if (url.origin === from.origin) return url
  if (url.hostname !== from.hostname || url.port !== '' || from.port !== '') return null
  url.protocol = 'https:'
  return url
}

function addFields(target: URLSearchParams, fields: Fields): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    target.delete(name)
    for (const one of Array.isArray(value) ? value : [value]) target.append(name, String(one))
  }
}

function bodyOf({ json, form }: BrokerRequest): { body: string | null; type?: string } {
  if (json !== undefined) return { body: JSON.stringify(json), type: 'application/json' }
  if (form === undefined) return { body: null }
  const fields = new URLSearchParams()
  addFields(fields, form)
  return { body: fields.toString(), type: 'application/x-www-form-urlencoded' }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** The request that follows a redirect; a POST that may have acted is never sent twice. */
export function redirected(request: PreparedRequest, status: number, url: URL): PreparedRequest {
  const keepsBody = status === 307 || status === 308 || (status !== 303 && request.idempotent)
  if (request.method === 'GET' || keepsBody) return { ...request, url }
  const { 'content-type': _, ...headers } = request.headers
  return { ...request, url, method: 'GET', headers, body: null }
}
