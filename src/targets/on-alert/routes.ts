import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Database } from '../../database.ts'
import { idempotencyFields, idempotently, sendAnswer } from '../../http/idempotency.ts'
import { ref } from '../../http/openapi.ts'
import { sendPage } from '../../http/pagination.ts'
import { problemResponses } from '../../http/problems.ts'
import { QueryId } from '../../queries/schemas.ts'
import { pageOfQueryTargets, retryFailed } from './list-query-targets.ts'
import { QueryTargetFilter, QueryTargetPage, RetriedTargets } from './schemas.ts'

const tags = ['Queries']

const listSchema = {
  operationId: 'listQueryTargets',
  summary: 'List what the alerts of a query set off',
  description: 'The objects on which the `onAlert` of a query has acted, newest first, and what came of each.',
  tags,
  params: QueryId,
  querystring: QueryTargetFilter,
  response: { 200: ref(QueryTargetPage) }
}

const retrySchema = {
  operationId: 'retryQueryTargets',
  summary: 'Try again what failed',
  description: 'Takes up again what has `failed`: something went wrong so often that it was given up. What was `refused` stays so.',
  tags,
  params: QueryId,
  headers: Type.Object(idempotencyFields),
  response: { 202: ref(RetriedTargets), ...problemResponses(409) }
}

/** What the alerts of queries have become, over HTTP. */
export const queryTargetRoutes =
  ({ database }: { readonly database: Database }): FastifyPluginAsyncTypebox =>
  async app => {
    app.get('/queries/:queryId/targets', { schema: listSchema }, async (request, reply) =>
      sendPage(request, reply, await pageOfQueryTargets(database.prisma, request.params.queryId, request.query))
    )

    app.post('/queries/:queryId/targets/retry', { schema: retrySchema }, async (request, reply) => {
      const effect: Parameters<typeof idempotently>[0]['effect'] = async tx => ({
        status: 202,
        body: { retried: await retryFailed(tx, request.params.queryId) }
      })
      return sendAnswer(reply, await idempotently({ request, database, effect }))
    })
  }
