// Node's codes for connections, PostgreSQL's for connections, starting and stopping, and Prisma's for a database that cannot be reached or is too busy.
const codes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['08000', '08001', '08003', '08004', '08006', '53300', '57P01', '57P02', '57P03'],
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']
])
// What Prisma's adapter for node-postgres calls them.
const kinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'])
// What node-postgres says without a code.
const words = /^Connection terminated|^timeout exceeded when trying to connect|^Cannot use a pool after|is not queryable$/

/** Tells whether an error says that PostgreSQL cannot be reached, starts or stops, or broke off, whichever library says so. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, meta } = Object(error)
  // Prisma puts what it has no code of its own for below one for anything.
  const cause = meta?.driverAdapterError?.cause
  return codes.has(code) || codes.has(cause?.originalCode) || kinds.has(cause?.kind) || words.test(error.message)
}
