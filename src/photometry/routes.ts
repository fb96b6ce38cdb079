import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Registry } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import { compileCheck } from '../domain/schema.ts'
import { clientSignal } from '../http/client-gone.ts'
import { idempotencyFields, idempotently, sendAnswer } from '../http/idempotency.ts'
import { nullableRef, ref } from '../http/openapi.ts'
import { originOf } from '../http/origin.ts'
import { sendPage } from '../http/pagination.ts'
import { preferFields, preferredWait } from '../http/prefer.ts'
import { problemResponses } from '../http/problems.ts'
import { located } from '../http/response-headers.ts'
import type { Run } from '../runs/schemas.ts'
import type { RunRow } from '../runs/store.ts'
import { TargetId } from '../targets/schemas.ts'
import { pageOfPhotometry } from './list-photometry.ts'
import { refreshPhotometry } from './refresh-photometry.ts'
import { PhotometryFilter, PhotometryPage, PhotometryRefresh, PhotometryRequest } from './schemas.ts'

const tags = ['Photometry']

const listPhotometrySchema = {
  operationId: 'listPhotometry',
  summary: 'Read the light curve of a target',
  description: 'Points in order of time: detections, limits and forced photometry of all brokers, each measurement once.',
  tags,
  params: TargetId,
  querystring: PhotometryFilter,
  response: { 200: ref(PhotometryPage) }
}

const refreshPhotometrySchema = {
  operationId: 'refreshPhotometry',
  summary: 'Bring the light curve of a target up to date',
  description:
    'Queues a run of kind `photometry` for each broker that sent an alert of the target and can tell light curves: it takes what the stored alerts carry, then what the broker says now. The counts of such a run are points. With `Prefer: wait=N` the answer is 200 when all of them ended in time, else 202. 409 when there is no broker to ask.',
  tags,
  params: TargetId,
  headers: Type.Object({ ...idempotencyFields, ...preferFields }),
  body: nullableRef(PhotometryRequest),
  response: { 200: located(ref(PhotometryRefresh)), 202: located(ref(PhotometryRefresh)), ...problemResponses(409) }
}

interface Needs {
  readonly database: Database
  readonly registry: Registry
  /** Shows a run as the API does. */
  readonly presentRun: (row: RunRow) => Run
  /** Answers a run when it has ended or the signal fires; null when there is none. */
  readonly waitForEnd: (runId: string, signal: AbortSignal) => Promise<RunRow | null>
  /** Fires when the service stops: nobody is kept waiting any longer. */
  readonly draining: AbortSignal
}

/** Light curves of targets over HTTP. */
export const photometryRoutes =
  ({ database, registry, presentRun, waitForEnd, draining }: Needs): FastifyPluginAsyncTypebox =>
  async app => {
    app.get('/targets/:targetId/photometry', { schema: listPhotometrySchema }, async (request, reply) =>
      sendPage(request, reply, await pageOfPhotometry(database.prisma, request.params.targetId, request.query))
    )

    app.post('/targets/:targetId/photometry/refresh', { schema: refreshPhotometrySchema }, async (request, reply) => {
      const { params, body } = request
      const { targetId } = params
      const answer = await idempotently({
        request,
        database,
        effect: async tx => {
          const runs = await refreshPhotometry(tx, { registry, origin: originOf(request), targetId, brokerId: body?.brokerId })
          return { status: 202, body: { runs: runs.map(presentRun) }, headers: { Location: `/v1/targets/${targetId}/photometry` } }
        }
      })
      const seconds = preferredWait(request.headers.prefer)
      if (seconds === 0) return sendAnswer(reply, answer)
      const signal = clientSignal(reply, { draining, seconds })
      const found = await Promise.all(runIdsOf(answer.body).map(id => waitForEnd(id, signal)))
      const runs = found.filter(run => run !== null)
      reply.header('Preference-Applied', `wait=${seconds}`)
      const status = runs.every(({ finishedAt }) => finishedAt !== null) ? 200 : 202
      return sendAnswer(reply, { ...answer, status, body: { runs: runs.map(presentRun) } })
    })
  }

const areRuns = compileCheck(Type.Object({ runs: Type.Array(Type.Object({ id: Type.String() })) }))

/** The runs of an answer, which may be the stored one of an earlier request. */
function runIdsOf(body: unknown): string[] {
  return areRuns(body) ? body.runs.map(({ id }) => id) : []
}
