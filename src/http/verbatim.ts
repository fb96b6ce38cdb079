import type { FastifyReply } from 'fastify'
import { etagOf, sendResource } from './etags.ts'

const mediaTypes = /^[a-z0-9][\w.+-]*\/[a-z0-9][\w.+-]*$/i
const jsonTypes = /^application\/(?:[\w.-]+\+)?json$/i

/** Text that somebody else wrote, with its media type and a name for those who save it. */
export interface Verbatim {
  readonly text: string
  readonly mediaType: string
  readonly fileName: string
}

/** Sends text of somebody else to the byte, so that no browser runs any of it. */
export function sendVerbatim(reply: FastifyReply, { text, mediaType, fileName }: Verbatim): FastifyReply {
  const [essence = ''] = mediaType.split(';', 1)
  const type = mediaTypes.test(essence.trim()) ? essence.trim() : 'application/octet-stream'
  reply.headers({
    'Content-Type': `${type}; charset=utf-8`,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    ...(!jsonTypes.test(type) && { 'Content-Disposition': `attachment; filename="${fileName}"` })
  })
  return sendResource(reply, Buffer.from(text), etagOf(text))
}
