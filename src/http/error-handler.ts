import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isBrokerError } from '../broker-kit/errors.ts'
import { isDatabaseAway } from '../database.ts'
import { bodyOf, brokerProblem, Problem } from './problems.ts'

/** Turns whatever was thrown into application/problem+json, and logs it: here, and nowhere else. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler(answerProblem)
  const methodsOf = collectMethods(app)
  app.setNotFoundHandler(({ url, method }) => {
    const path = url.split('?', 1)[0] ?? url
    const methods = methodsOf(path)
    if (methods.length === 0) throw new Problem(404, `There is nothing at ${path}.`)
    throw new Problem(405, `${method} does not work here; ${methods.join(', ')} does.`, { headers: { Allow: methods.join(', ') } })
  })
}

/** Sends what was thrown as a problem. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request)
  logProblem(problem, error, request)
  return reply
    .code(problem.status)
    .headers({ 'X-Request-Id': request.id, ...problem.headers })
    .type('application/problem+json')
    .send(JSON.stringify(bodyOf(problem, request.id)))
}

// What caused a broker's failure may quote its answer: only the words of the module go into the log.
function logProblem({ status, errors, message, extra }: Problem, error: unknown, { log }: FastifyRequest): void {
  if (status < 500) log.info({ status, errors }, message)
  else if (status === 500) log.error({ err: error }, 'A request failed unexpectedly.')
  else log.warn(isBrokerError(error) ? { status, ...extra } : { status, err: error }, message)
}

function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  if (isBrokerError(error)) return brokerProblem(error)
  if (isRefusal(error)) return refusalProblem(error, request)
  if (isDatabaseAway(error)) return new Problem(503, 'The database does not answer.', { headers: { 'Retry-After': '5' } })
  return new Problem(500, 'Something went wrong here; the log has it under this requestId.')
}

type Refusal = FastifyError & { statusCode: number }

/** Fastify's own way of saying that a request is wrong. */
function isRefusal(error: unknown): error is Refusal {
  if (!(error instanceof Error) || !('statusCode' in error) || !('code' in error)) return false
  const { statusCode, code } = error
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 && String(code).startsWith('FST_')
}

function refusalProblem({ statusCode, code, message }: Refusal, request: FastifyRequest): Problem {
  if (statusCode === 400 && code === 'FST_ERR_CTP_INVALID_JSON_BODY') return new Problem(400, 'The body is not valid JSON.')
  if (statusCode === 413) return new Problem(413, `The body is larger than ${request.routeOptions.bodyLimit} bytes.`)
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return new Problem(414, 'The id in the address is too long to be one.')
  if (statusCode === 415) return new Problem(415, `Send the body as ${request.routeOptions.schema?.consumes?.[0] ?? 'application/json'}.`)
  return new Problem(statusCode, message)
}

/** Remembers which methods each address knows, so that a wrong method can be told from a wrong address. */
function collectMethods(app: FastifyInstance): (path: string) => string[] {
  const routes: { segments: string[]; methods: string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ segments: url.split('/'), methods: [method].flat() })
  })
  return path => {
    const segments = path.split('/')
    const matching = routes.filter(route => fits(route.segments, segments))
    return [...new Set(matching.flatMap(({ methods }) => methods))].sort()
  }
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.length === segments.length && pattern.every((part, index) => part.startsWith(':') || part === segments[index])
}
