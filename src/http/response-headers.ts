import type { TSchema } from '@sinclair/typebox'

const texts = {
  ETag: 'Names this state; send it as If-Match or If-None-Match.',
  Link: 'Address of the next page, `rel="next"`; not there at the end.',
  Location: 'Address of what was made.'
}

/** A header that answers come with, as the document tells of it. */
export type ResponseHeader = keyof typeof texts

/** Documents the headers that an answer comes with, beside those that it has already. */
export function withHeaders<S extends object>(answer: S, ...names: readonly ResponseHeader[]): S {
  const known = 'headers' in answer ? Object(answer.headers) : {}
  if (names.length === 0) return answer
  return {
    ...answer,
    headers: { ...known, ...Object.fromEntries(names.map(name => [name, { type: 'string', description: texts[name] }])) }
  }
}

/** Documents an answer that says where what was made is. */
export function located<S extends TSchema>(answer: S, ...more: readonly ResponseHeader[]): S {
  return withHeaders(answer, 'Location', ...more)
}
