import { Prisma } from '../generated/prisma/client.ts'

// By name: a kept plan of `*` would fail in a process of this release once the next one has added a column.
/** The columns of a run. */
export const runColumns = Object.values(Prisma.RunScalarFieldEnum)
  .map(column => `"${column}"`)
  .join(', ')

/** Until when an attempt holds its run, from this moment on. */
export const leaseSql = `clock_timestamp() + interval '15 s'`

/** Whether the attempt $2 holds the run $1. */
export const fenceSql = `id = $1 AND attempt = $2 AND status = 'running'`
