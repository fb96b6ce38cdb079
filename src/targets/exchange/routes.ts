import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import type { Registry } from '../../broker-kit/registry.ts'
import { type Database, inPlannedTransaction, type Queryable } from '../../database.ts'
import { type Answer, sendAnswer } from '../../http/idempotency.ts'
import type { TargetChoice } from '../filter-schemas.ts'
import { selectionOf } from '../list-targets.ts'
import { preview } from '../preview.ts'
import { inSnapshot, type Snapshot } from './export-store.ts'
import { csvOf, jsonOf, ndjsonOf } from './export-targets.ts'
import { createGate } from './gate.ts'
import type { ImportLine } from './import-line.ts'
import { importTargets } from './import-targets.ts'
import * as operations from './operations.ts'
import { readCsv } from './read-csv.ts'
import { readJson } from './read-json.ts'
import { readNdjson } from './read-ndjson.ts'
import { readTexts } from './read-texts.ts'
import type { ImportQuery } from './schemas.ts'

interface Needs {
  readonly database: Database
  readonly registry: Registry
  /** Positions closer than this are the same, where a request does not say [arcsec]. */
  readonly matchRadius: number
}

type App = Parameters<FastifyPluginAsyncTypebox>[0]

/** Each of them keeps a connection to the database for as long as the client takes [count]. */
const mostAtOnce = 3
const mostBytes = 256 * 1024 * 1024

/** Import and export of targets over HTTP. */
export const targetExchangeRoutes =
  (needs: Needs): FastifyPluginAsyncTypebox =>
  async app => {
    const enter = createGate(mostAtOnce)
    const holdPlace = (reply: FastifyReply) => void reply.raw.once('close', enter())
    serveExports(app, needs, holdPlace)
    serveImports(app, needs, holdPlace)
  }

type HoldPlace = (reply: FastifyReply) => void

function serveExports(app: App, { database }: Needs, holdPlace: HoldPlace): void {
  const send = (reply: FastifyReply, choice: TargetChoice, write: (snapshot: Snapshot) => AsyncGenerator<string>) => {
    const selection = selectionOf(choice)
    holdPlace(reply)
    reply.header('Content-Disposition', `attachment; filename="${reply.request.routeOptions.url?.split('/').at(-1)}"`)
    return reply.send(Readable.from(inSnapshot(database.pool, selection, write), { objectMode: false }))
  }

  app.get('/targets.csv', { schema: operations.exportCsv, exposeHeadRoute: false }, async (request, reply) =>
    send(reply.type(`${operations.csvType}; charset=utf-8; header=present`), request.query, csvOf)
  )

  app.get('/targets.ndjson', { schema: operations.exportNdjson, exposeHeadRoute: false }, async (request, reply) =>
    send(reply.type(operations.ndjsonType), request.query, ndjsonOf)
  )

  app.get('/targets.json', { schema: operations.exportJson, exposeHeadRoute: false }, async (request, reply) =>
    send(reply.type(`${operations.jsonType}; charset=utf-8`), request.query, jsonOf)
  )
}

function serveImports(app: App, { database, registry, matchRadius }: Needs, holdPlace: HoldPlace): void {
  const bring = async (
    request: FastifyRequest<{ Querystring: ImportQuery }>,
    reply: FastifyReply,
    read: (texts: AsyncIterable<string>) => AsyncIterable<ImportLine>
  ) => {
    const { validateOnly, ...terms } = request.query
    holdPlace(reply)
    const lines = read(readTexts(bodyOf(request.raw), mostBytes))
    const effect = async (db: Queryable): Promise<Answer> => {
      const creation = { db, registry, caller: request.caller, matchRadius }
      return { status: 200, body: await importTargets({ creation, terms, lines }) }
    }
    const answer = validateOnly ? preview(database, effect) : inPlannedTransaction(database.pool, effect)
    return sendAnswer(reply, await answer)
  }

  const validatorCompiler = leavingBodies(app.validatorCompiler)
  taking(app, operations.csvType, inner => {
    inner.post('/targets/import', { schema: operations.importCsv, validatorCompiler }, (request, reply) => bring(request, reply, readCsv))
  })
  taking(app, operations.ndjsonType, inner => {
    const options = { schema: operations.importNdjson, validatorCompiler }
    inner.post('/targets/import.ndjson', options, (request, reply) => bring(request, reply, readNdjson))
  })
  taking(app, operations.jsonType, inner => {
    const options = { schema: operations.importJson, validatorCompiler }
    inner.post('/targets/import.json', options, (request, reply) => bring(request, reply, readJson))
  })
}

/** Serves routes that take one media type, and read the body as it comes. */
function taking(app: App, mediaType: string, serve: (inner: App) => void): void {
  app.register(async inner => {
    inner.removeAllContentTypeParsers()
    inner.addContentTypeParser(mediaType, (_request, _body, done) => done(null))
    serve(inner)
  })
}

async function* bodyOf(message: IncomingMessage): AsyncGenerator<Buffer> {
  for await (const chunk of message) yield chunk
}

function leavingBodies<Schema>(usual: FastifySchemaCompiler<unknown> | undefined): FastifySchemaCompiler<Schema> {
  return part => (part.httpPart === 'body' ? () => true : (usual?.(part) ?? (() => true)))
}
