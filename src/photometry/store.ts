import type { Transaction } from '../database.ts'
import type { PhotometryPoint } from '../domain/photometry.ts'

/** A point of the light curve of a target, as it is stored. */
export interface StoredPoint extends Omit<PhotometryPoint, 'timestamp'> {
  readonly id: string
  readonly timestamp: Date
  /** Who told it. */
  readonly brokerIds: readonly string[]
  readonly runId: string
  readonly firstSeenAt: Date
  readonly updatedAt: Date
}

/** Which points of a target to list. */
export interface PointSelection {
  readonly targetId: string
  readonly band: string | undefined
  readonly kind: PhotometryPoint['kind'] | undefined
  readonly survey: string | undefined
  /** Only later ones [UTC]. */
  readonly after: string | undefined
  /** Only earlier ones [UTC]. */
  readonly before: string | undefined
  /** The point behind which to begin, by its time [UTC] and id. */
  readonly behind: readonly [timestamp: string, id: string] | null
}

/** Lists points in order of time. */
export function listPoints(db: Transaction, selection: PointSelection, limit: number): Promise<StoredPoint[]> {
  const values: unknown[] = []
  const bind = (value: unknown) => `$${values.push(value)}`
  const { targetId, band, kind, survey, after, before, behind } = selection
  const conditions = [
    `"targetId" = ${bind(targetId)}::uuid`,
    ...(band === undefined ? [] : [`band = ${bind(band)}`]),
    ...(kind === undefined ? [] : [`kind = ${bind(kind)}`]),
    ...(survey === undefined ? [] : [`upper(survey) = upper(${bind(survey)})`]),
    ...(after === undefined ? [] : [`"timestamp" > ${bind(after)}::timestamptz`]),
    ...(before === undefined ? [] : [`"timestamp" < ${bind(before)}::timestamptz`]),
    ...(behind === null ? [] : [`("timestamp", id) > (${bind(behind[0])}::timestamptz, ${bind(behind[1])}::uuid)`])
  ]
  return db.$queryRawUnsafe<StoredPoint[]>(
    `SELECT id, survey, "sourceId", "timestamp", kind, band, telescope, mag, "magError", flux, "fluxError", "runId", "firstSeenAt", "updatedAt",
       ARRAY(SELECT jsonb_object_keys(told) ORDER BY 1) AS "brokerIds"
     FROM "PhotometryPoint" WHERE ${conditions.join(' AND ')} ORDER BY "timestamp", id LIMIT ${bind(limit)}`,
    ...values
  )
}

/** Which target's light curve goes where. */
export interface Move {
  readonly from: string
  readonly to: string
}

/** Moves the light curve of a target to another, which keeps one point of each measurement, with the values that changed last. Both targets must be held. */
export async function movePhotometry(tx: Transaction, { from, to }: Move): Promise<void> {
  const columns = ['timestamp', 'band', 'telescope', 'mag', 'magError', 'flux', 'fluxError', 'runId', 'updatedAt']
  const later = columns.map(
    column => `"${column}" = CASE WHEN moved."updatedAt" > kept."updatedAt" THEN moved."${column}" ELSE kept."${column}" END`
  )
  await tx.$executeRawUnsafe(
    `UPDATE "PhotometryPoint" AS kept SET ${later.join(', ')}, told = moved.told || kept.told,
       "firstSeenAt" = least(kept."firstSeenAt", moved."firstSeenAt")
     FROM "PhotometryPoint" AS moved WHERE kept."targetId" = $2::uuid AND moved."targetId" = $1::uuid AND moved.key = kept.key`,
    from,
    to
  )
  await tx.$executeRaw`
    DELETE FROM "PhotometryPoint" AS moved USING "PhotometryPoint" AS kept
    WHERE moved."targetId" = ${from}::uuid AND kept."targetId" = ${to}::uuid AND moved.key = kept.key`
  await tx.$executeRaw`UPDATE "PhotometryPoint" SET "targetId" = ${to}::uuid WHERE "targetId" = ${from}::uuid`
}
