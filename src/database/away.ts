// Prisma's codes for a database that cannot be reached or is too busy, Node's for connections, PostgreSQL's for starting and stopping.
const codes = new Set(['P1001', 'P1002', 'P1017', 'P2024', 'P2028', 'ECONNREFUSED', 'ECONNRESET', '57P01', '57P02', '57P03', '53300'])
// What node-postgres says without a code.
const words = /^Connection terminated|^timeout exceeded when trying to connect|is not queryable$/

/** Tells whether an error says that PostgreSQL cannot be reached, starts or stops, or broke off, whichever library says so. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  // Prisma hands a code of PostgreSQL on that it has no code of its own for.
  const { code, meta } = Object(error)
  return codes.has(code) || codes.has(meta?.driverAdapterError?.cause?.originalCode) || words.test(error.message)
}
