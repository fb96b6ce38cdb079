// Node's codes for connections, PostgreSQL's for connections, starting and stopping, Prisma's for a database that cannot be
// reached or is too busy, and the kinds of its adapter.
const codes = new Set<unknown>([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['08000', '08001', '08003', '08004', '08006', '53300', '57P01', '57P02', '57P03'],
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037'],
  ...['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']
])
// What node-postgres says without a code.
const words = /^Connection terminated|^timeout exceeded when trying to connect|^Cannot use a pool after|is not queryable$/

/** Tells whether an error says that PostgreSQL cannot be reached, starts or stops, or broke off, whichever library says so. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  // Prisma puts what it has no code of its own for below one for anything.
  const cause = ['meta', 'driverAdapterError', 'cause'].reduce(memberOf, error)
  return (
    [memberOf(error, 'code'), memberOf(cause, 'originalCode'), memberOf(cause, 'kind')].some(word => codes.has(word)) ||
    words.test(error.message)
  )
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
