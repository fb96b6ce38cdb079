import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Registry } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import { expectedVersions, ifMatchFields, ifNoneMatchFields, sendResource, stale, versionTag } from '../http/etags.ts'
import { idempotencyFields, idempotently, sendAnswer } from '../http/idempotency.ts'
import { ref } from '../http/openapi.ts'
import { sendPage } from '../http/pagination.ts'
import { notFound, problemResponses } from '../http/problems.ts'
import { located } from '../http/response-headers.ts'
import { createQuery } from './create-query.ts'
import { editQuery } from './edit-query.ts'
import { pageOfQueries } from './list-queries.ts'
import { Query, QueryDraft, QueryFilter, QueryId, QueryPage, QueryPatch } from './schemas.ts'
import { deleteQuery, findQuery, type StoredQuery } from './store.ts'
import { toQuery } from './to-query.ts'

const tags = ['Queries']

const createSchema = {
  operationId: 'createQuery',
  summary: 'Save a query',
  description: 'Saves parameters for one broker. They are checked against what the broker takes.',
  tags,
  headers: Type.Object(idempotencyFields),
  body: ref(QueryDraft),
  response: { 201: located(ref(Query), 'ETag'), ...problemResponses(409) }
}

const listSchema = {
  operationId: 'listQueries',
  summary: 'List queries',
  description: 'Saved queries, oldest first.',
  tags,
  querystring: QueryFilter,
  response: { 200: ref(QueryPage) }
}

const getSchema = {
  operationId: 'getQuery',
  summary: 'Get a query',
  description: 'One saved query; its ETag is what PATCH and DELETE want as If-Match.',
  tags,
  params: QueryId,
  headers: Type.Object(ifNoneMatchFields),
  response: { 200: ref(Query) }
}

const editSchema = {
  operationId: 'editQuery',
  summary: 'Edit a query',
  description: 'Changes what the patch names. Runs that were made before keep the parameters that they had.',
  tags,
  consumes: ['application/merge-patch+json'],
  params: QueryId,
  headers: Type.Object(ifMatchFields),
  body: ref(QueryPatch),
  response: { 200: ref(Query), ...problemResponses(412, 428) }
}

const deleteSchema = {
  operationId: 'deleteQuery',
  summary: 'Delete a query',
  description: 'Deletes the query; its runs stay, with its name and parameters.',
  tags,
  params: QueryId,
  headers: Type.Object(ifMatchFields),
  response: { 204: Type.Null({ description: 'Deleted.' }), ...problemResponses(412, 428) }
}

interface Needs {
  readonly database: Database
  readonly registry: Registry
}

/** Saved queries over HTTP. */
export const queryRoutes = ({ database, registry }: Needs): FastifyPluginAsyncTypebox => {
  const show = (stored: StoredQuery) => toQuery(registry, stored)
  const tag = ({ version, brokerId, lastRunAt, nextRunsAt, skippedAt, newestAlertAt }: StoredQuery) =>
    versionTag(version, [registry.has(brokerId), lastRunAt, nextRunsAt, skippedAt, newestAlertAt])

  return async app => {
    app.post('/queries', { schema: createSchema }, async (request, reply) => {
      const { body: draft, caller } = request
      const effect: Parameters<typeof idempotently>[0]['effect'] = async db => {
        const stored = await createQuery({ db, registry, draft, caller })
        return { status: 201, body: show(stored), headers: { Location: `/v1/queries/${stored.id}`, ETag: tag(stored) } }
      }
      return sendAnswer(reply, await idempotently({ request, database, effect }))
    })

    app.get('/queries', { schema: listSchema }, async (request, reply) => {
      const { items, next } = await pageOfQueries(database.prisma, request.query)
      return sendPage(request, reply, { items: items.map(show), next })
    })

    app.get('/queries/:queryId', { schema: getSchema }, async ({ params: { queryId } }, reply) => {
      const stored = await findQuery(database.prisma, queryId)
      if (stored === null) throw notFound('query', queryId)
      return sendResource(reply, show(stored), tag(stored))
    })

    app.patch('/queries/:queryId', { schema: editSchema }, async (request, reply) => {
      const edit = { id: request.params.queryId, expected: expectedVersions(request), patch: request.body }
      const stored = await editQuery({ db: database.prisma, registry, ...edit })
      return reply.header('ETag', tag(stored)).send(show(stored))
    })

    app.delete('/queries/:queryId', { schema: deleteSchema }, async (request, reply) => {
      const id = request.params.queryId
      const versions = expectedVersions(request)
      if (await deleteQuery(database.prisma, { id, versions })) return reply.code(204).send(null)
      throw (await findQuery(database.prisma, id)) === null ? notFound('query', id) : stale()
    })
  }
}
