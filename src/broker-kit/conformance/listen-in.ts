import { Agent, type Dispatcher } from 'undici'

/** A request that was made, and what came back. */
export interface Heard {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly status: number
  readonly answerHeaders: Readonly<Record<string, string>>
  readonly text: string
}

/** Makes a dispatcher that writes down every request and its answer; it asks for answers that are not compressed. */
export function listenIn(heard: Heard[], onRequest: () => void): { dispatcher: Dispatcher; close(): Promise<void> } {
  const agent = new Agent({ allowH2: false })
  const dispatcher = agent.compose(dispatch => (options, handler) => {
    onRequest()
    const headers = { ...recordOf(options.headers), 'accept-encoding': 'identity' }
    return dispatch({ ...options, headers }, writeDown({ options, headers, handler }, heard))
  })
  return { dispatcher, close: () => agent.destroy() }
}

interface Passing {
  readonly options: Dispatcher.DispatchOptions
  readonly headers: Readonly<Record<string, string>>
  readonly handler: Dispatcher.DispatchHandler
}

function writeDown({ options, headers, handler }: Passing, heard: Heard[]): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = []
  let status = 0
  let answerHeaders: Record<string, string> = {}
  return {
    onRequestStart: (...event) => handler.onRequestStart?.(...event),
    onRequestUpgrade: (...event) => handler.onRequestUpgrade?.(...event),
    onResponseStart(controller, code, received, message) {
      status = code
      answerHeaders = recordOf(received)
      handler.onResponseStart?.(controller, code, received, message)
    },
    onResponseData(controller, chunk) {
      chunks.push(chunk)
      handler.onResponseData?.(controller, chunk)
    },
    onResponseEnd(...event) {
      const body = typeof options.body === 'string' ? options.body : null
      const text = Buffer.concat(chunks).toString()
      heard.push({ method: options.method, path: options.path, headers, body, status, answerHeaders, text })
      handler.onResponseEnd?.(...event)
    },
    onResponseError: (...event) => handler.onResponseError?.(...event)
  }
}

function recordOf(headers: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(Object(headers)).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}
