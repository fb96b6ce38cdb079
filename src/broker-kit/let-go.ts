import type { Dispatcher } from 'undici'

type Controller = Dispatcher.DispatchController
type Handler = Required<
  Pick<Dispatcher.DispatchHandler, 'onRequestStart' | 'onResponseStart' | 'onResponseData' | 'onResponseEnd' | 'onResponseError'>
>

/**
 * Has a request hold nothing of its answer once that is over. What undici's `request` aborts with is a function that is
 * assigned to a member: V8 makes such ones in its old generation, where they keep the answer alive until all of the heap
 * is collected.
 */
export const lettingGo: Dispatcher.DispatcherComposeInterceptor = dispatch => (options, handler) => dispatch(options, handlerOf(handler))

function handlerOf(handler: Dispatcher.DispatchHandler): Handler {
  const hold = new Hold()
  return {
    onRequestStart(controller, context) {
      hold.take(controller)
      handler.onRequestStart?.(hold, context)
    },
    onResponseStart: (...parameters) => handler.onResponseStart?.(...parameters),
    onResponseData: (...parameters) => handler.onResponseData?.(...parameters),
    onResponseEnd(...parameters) {
      hold.take(null)
      handler.onResponseEnd?.(...parameters)
    },
    onResponseError(...parameters) {
      hold.take(null)
      handler.onResponseError?.(...parameters)
    }
  }
}

/** Controls a request as long as it lasts. */
class Hold implements Controller {
  #controller: Controller | null = null

  take(controller: Controller | null): void {
    this.#controller = controller
  }

  get aborted(): boolean {
    return this.#controller?.aborted ?? false
  }

  get paused(): boolean {
    return this.#controller?.paused ?? false
  }

  get reason(): Error | null {
    return this.#controller?.reason ?? null
  }

  abort(reason: Error): void {
    this.#controller?.abort(reason)
  }

  pause(): void {
    this.#controller?.pause()
  }

  resume(): void {
    this.#controller?.resume()
  }
}
