import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify'
import { alertRoutes } from './alerts/routes.ts'
import type { Registry } from './broker-kit/registry.ts'
import { catalogRoutes } from './catalog/routes.ts'
import type { Config } from './config.ts'
import type { Database } from './database.ts'
import { requireToken } from './http/auth.ts'
import { answerClientErrors } from './http/client-errors.ts'
import { serveDocs } from './http/docs.ts'
import { describeApi } from './http/document.ts'
import { answerProblem } from './http/error-handler.ts'
import { serveExampleData } from './http/example-data.ts'
import { layFoundation } from './http/foundation.ts'
import { serveHealth } from './http/health.ts'
import { measureRequests, serveMetrics } from './http/metrics.ts'
import { requestId } from './http/request-id.ts'
import { requestLog } from './http/request-log.ts'
import { requestLogger } from './http/trace.ts'
import { refuseUnknown } from './http/validation.ts'
import type { Metrics } from './metrics.ts'
import type { Gates } from './outbound/gates.ts'
import { photometryRoutes } from './photometry/routes.ts'
import { movePhotometry } from './photometry/store.ts'
import { queryRoutes } from './queries/routes.ts'
import { waitForEnd } from './runs/follow-run.ts'
import { presentRun } from './runs/present-run.ts'
import type { Reserve } from './runs/reservation.ts'
import { runResultRoutes } from './runs/result-routes.ts'
import { runRoutes } from './runs/routes.ts'
import { createRunReader } from './runs/run-reader.ts'
import { runStartRoutes } from './runs/start-routes.ts'
import { targetRoutes } from './targets/routes.ts'

/** What the application is made of. */
export interface AppParts {
  readonly config: Pick<Config, 'apiTokens' | 'matchRadius' | 'role'>
  readonly database: Database
  readonly registry: Registry
  readonly gates: Gates
  readonly metrics: Metrics
  /** Room in the worker of this process; left out: it has none, and every run queues. */
  readonly reserve?: Reserve
  /** Left out: the application logs nothing. */
  readonly logger?: FastifyBaseLogger
}

/** Builds the application: everything it serves, in reading order. It neither listens nor asks the database anything by itself. */
export async function buildApp({
  config,
  database,
  registry,
  gates,
  metrics,
  reserve = () => null,
  logger
}: AppParts): Promise<FastifyInstance> {
  const app = fastify({
    ...(logger && { loggerInstance: logger }),
    genReqId: requestId,
    requestIdHeader: false,
    logController: requestLog(),
    childLoggerFactory: requestLogger,
    requestTimeout: 120_000,
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: answerProblem,
    clientErrorHandler: answerClientErrors(logger)
  }).withTypeProvider<TypeBoxTypeProvider>()

  layFoundation(app)
  await describeApi(app)
  measureRequests(app, metrics)

  const { draining } = serveHealth(app, database)
  serveExampleData(app)
  await serveDocs(app)

  await app.register(async scope => {
    requireToken(scope, config.apiTokens)
    serveMetrics(scope, metrics)
  })
  if (config.role === 'worker') return app
  await app.register(
    async v1 => {
      requireToken(v1, config.apiTokens)
      refuseUnknown(v1)
      const reader = createRunReader(database)
      await v1.register(catalogRoutes({ database, registry, gates }))
      await v1.register(queryRoutes({ database, registry }))
      await v1.register(runStartRoutes({ database, registry, reader, reserve, draining }))
      await v1.register(runRoutes({ database }))
      await v1.register(runResultRoutes({ database, reader, draining }))
      await v1.register(alertRoutes({ database }))
      await v1.register(targetRoutes({ database, registry, matchRadius: config.matchRadius, movePhotometry }))
      const endOf = (runId: string, signal: AbortSignal) => waitForEnd(reader, { runId, signal })
      await v1.register(photometryRoutes({ database, registry, presentRun, waitForEnd: endOf, draining }))
    },
    { prefix: '/v1' }
  )
  return app
}
