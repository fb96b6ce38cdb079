import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifySchemaCompiler } from 'fastify'
import type { Registry } from '../broker-kit/registry.ts'
import { type Database, inPrismaTransaction, type Queryable } from '../database.ts'
import { expectedVersions, sendResource, stale, versionTag } from '../http/etags.ts'
import { type Answer, idempotently, sendAnswer } from '../http/idempotency.ts'
import { sendPage } from '../http/pagination.ts'
import { invalid, notFound } from '../http/problems.ts'
import { sendVerbatim } from '../http/verbatim.ts'
import { findTargetRaw } from './alert-store.ts'
import { answerOnce } from './answer-once.ts'
import { targetBatchRoutes } from './batch-routes.ts'
import { readCreation } from './check-target.ts'
import { createTarget } from './create-target.ts'
import { editTarget } from './edit-target.ts'
import { targetExchangeRoutes } from './exchange/routes.ts'
import { getTarget } from './get-target.ts'
import { pageOfNames, pageOfTargetAlerts } from './list-parts.ts'
import { pageOfTargets } from './list-targets.ts'
import { targetListRoutes } from './lists/routes.ts'
import { type MovePhotometry, mergeTarget } from './merge-target.ts'
import { addName, removeName } from './name-target.ts'
import { queryTargetRoutes } from './on-alert/routes.ts'
import * as operations from './operations.ts'
import { repeatOnRace } from './repeat-on-race.ts'
import { toListedTarget, toTarget, toTargetAlert, toTargetName } from './to-target.ts'
import { deleteTarget } from './write-store.ts'

interface Needs {
  readonly database: Database
  readonly registry: Registry
  /** Positions closer than this are the same, where a request does not say [arcsec]. */
  readonly matchRadius: number
  /** Light curves are kept by a room that knows targets; so it is handed in. */
  readonly movePhotometry: MovePhotometry
}

type App = Parameters<FastifyPluginAsyncTypebox>[0]
type Effect = Parameters<typeof idempotently>[0]['effect']

/** Targets over HTTP. */
export const targetRoutes =
  (needs: Needs): FastifyPluginAsyncTypebox =>
  async app => {
    await app.register(targetBatchRoutes(needs))
    await app.register(targetListRoutes(needs))
    await app.register(targetExchangeRoutes(needs))
    await app.register(queryTargetRoutes(needs))
    serveTargets(app, needs)
    serveNames(app, needs)
    serveAlerts(app, needs)
  }

function serveTargets(app: App, { database, registry, matchRadius, movePhotometry }: Needs): void {
  const validatorCompiler = checkingCreation(app.validatorCompiler)
  app.post('/targets', { schema: operations.createTarget, validatorCompiler }, async (request, reply) => {
    const { body, caller, query } = request
    const effect = async (db: Queryable): Promise<Answer> => {
      const { target, match } = await createTarget({ db, registry, caller, matchRadius, runId: null }, body)
      const headers = { Location: `/v1/targets/${target.id}`, ETag: versionTag(target.version) }
      return { status: match ? 200 : 201, body: { ...toTarget(target), match }, headers }
    }
    return sendAnswer(reply, await answerOnce({ request, database, validateOnly: query.validateOnly, effect }))
  })

  app.get('/targets', { schema: operations.listTargets }, async (request, reply) => {
    const { items, next } = await pageOfTargets(database.pool, request.query)
    return sendPage(request, reply, { items: items.map(toListedTarget), next })
  })

  app.get('/targets/:targetId', { schema: operations.getTarget }, async ({ params }, reply) => {
    const target = await getTarget(database.prisma, params.targetId)
    return sendResource(reply, toTarget(target), versionTag(target.version))
  })

  app.patch('/targets/:targetId', { schema: operations.editTarget }, async (request, reply) => {
    const edit = { id: request.params.targetId, expected: expectedVersions(request), patch: request.body }
    const target = await repeatOnRace(() => inPrismaTransaction(database, tx => editTarget({ tx, ...edit })))
    return reply.header('ETag', versionTag(target.version)).send(toTarget(target))
  })

  app.delete('/targets/:targetId', { schema: operations.deleteTarget }, async (request, reply) => {
    const id = request.params.targetId
    if (await deleteTarget(database.prisma, { id, versions: expectedVersions(request) })) return reply.code(204).send(null)
    await getTarget(database.prisma, id)
    throw stale()
  })

  app.post('/targets/:targetId/merge', { schema: operations.mergeTarget }, async (request, reply) => {
    const merge = { into: request.params.targetId, from: request.body.from }
    const effect: Effect = async tx => {
      const target = await mergeTarget({ tx, ...merge, movePhotometry })
      return { status: 200, body: toTarget(target), headers: { ETag: versionTag(target.version) } }
    }
    return sendAnswer(reply, await repeatOnRace(() => idempotently({ request, database, effect })))
  })
}

/** Checks the body of a request that makes a target by what it holds, and everything else as usual. */
function checkingCreation<Schema>(usual: FastifySchemaCompiler<unknown> | undefined): FastifySchemaCompiler<Schema> {
  const checkBody = (body: unknown) => {
    const { value, complaints } = readCreation(body)
    return complaints ? { error: invalid(complaints, 'The body does not fit.') } : { value }
  }
  return part => (part.httpPart === 'body' ? checkBody : (usual?.(part) ?? (() => true)))
}

function serveNames(app: App, { database }: Needs): void {
  app.get('/targets/:targetId/names', { schema: operations.listTargetNames }, async (request, reply) => {
    const { items, next } = await pageOfNames(database.prisma, request.params.targetId, request.query)
    return sendPage(request, reply, { items: items.map(toTargetName), next })
  })

  app.post('/targets/:targetId/names', { schema: operations.addTargetName }, async (request, reply) => {
    const naming = { targetId: request.params.targetId, name: request.body.name }
    const effect: Effect = async tx => {
      const { isNew, stored } = await addName({ tx, ...naming })
      return { status: isNew ? 201 : 200, body: toTargetName(stored) }
    }
    return sendAnswer(reply, await repeatOnRace(() => idempotently({ request, database, effect })))
  })

  app.delete('/targets/:targetId/names/:nameId', { schema: operations.removeTargetName }, async (request, reply) => {
    const removal = { ...request.params, expected: expectedVersions(request) }
    await repeatOnRace(() => inPrismaTransaction(database, tx => removeName({ tx, ...removal })))
    return reply.code(204).send(null)
  })
}

function serveAlerts(app: App, { database }: Needs): void {
  app.get('/targets/:targetId/alerts', { schema: operations.listTargetAlerts }, async (request, reply) => {
    const { items, next } = await pageOfTargetAlerts(database.prisma, request.params.targetId, request.query)
    return sendPage(request, reply, { items: items.map(toTargetAlert), next })
  })

  app.get('/targets/:targetId/alerts/:alertId/raw', { schema: operations.getRawTargetAlert }, async ({ params }, reply) => {
    const found = await findTargetRaw(database.prisma, params)
    if (found === null) throw notFound('alert of this target', params.alertId)
    return sendVerbatim(reply, { text: found.raw, mediaType: found.rawType, fileName: `alert-${params.alertId}` })
  })
}
