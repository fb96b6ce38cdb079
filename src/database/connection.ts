import pg from 'pg'

/**
 * A connection that has node-postgres call it back instead of making the promises. What node-postgres settles its own
 * with is a function that is assigned to a member: V8 makes such ones in its old generation, where they keep the query
 * and its rows alive until all of the heap is collected.
 */
export class Connection extends pg.Client {}

Object.defineProperty(Connection.prototype, 'query', { value: query, writable: true, configurable: true })

function query(this: pg.Client, config: unknown, values?: unknown, callback?: unknown): unknown {
  const ask = (callBack: unknown): unknown => Reflect.apply(pg.Client.prototype.query, this, [config, values, callBack])
  if (typeof values === 'function' || typeof callback === 'function') return ask(callback)
  return new Promise((resolve, reject) => ask(callbackOf(resolve, reject))).catch(throwFromHere)
}

function callbackOf(resolve: (result: unknown) => void, reject: (error: unknown) => void) {
  return (error: unknown, result: unknown) => (error ? reject(error) : resolve(result))
}

/** As node-postgres does: the stack says who asked, not which bytes were read. */
function throwFromHere(error: unknown): never {
  if (error instanceof Error) Error.captureStackTrace(error)
  throw error
}
