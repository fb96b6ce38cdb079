import { maxHeaderSize, ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import { bodyOf, Problem } from './problems.ts'

/** Client and server have so long to be done with each other after the answer [ms]. */
const farewellMilliseconds = 1000

const timeout = new Problem(408, 'The request took too long to arrive.')
const overflow = new Problem(431, `The request line and the headers are larger than ${maxHeaderSize} bytes.`)
const extensions = new Problem(413, 'The chunk extensions of the body are too large.')
const malformed = new Problem(400, 'This is no HTTP request that can be read.')
const problems: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: timeout,
  HPE_HEADER_OVERFLOW: overflow,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: extensions
}

/** Makes the listener that answers what never became a request with a problem, and closes the connection. */
export function answerClientErrors(log: Pick<FastifyBaseLogger, 'info'> | undefined) {
  return (error: Error, socket: Socket): void => {
    // While the client still sends, the same error comes again and again: it was answered the first time.
    if (socket.destroyed || socket.writableEnded) return
    const code = 'code' in error ? String(error.code) : ''
    if (code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) return void socket.destroy()
    const problem = problems[code] ?? malformed
    const requestId = uuidv7()
    log?.info({ requestId, status: problem.status, code }, problem.detail)
    socket.end(textOf(problem, requestId))
    setTimeout(() => socket.destroy(), farewellMilliseconds).unref()
  }
}

/** Whether an earlier request of the connection has half of its answer: another one would be taken for the rest of it. */
function isAnswering(socket: Socket): boolean {
  const answer: unknown = Reflect.get(socket, '_httpMessage')
  return answer instanceof ServerResponse && answer.headersSent
}

function textOf(problem: Problem, requestId: string): string {
  const body = JSON.stringify(bodyOf(problem, requestId))
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close'
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
