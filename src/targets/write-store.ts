import type { Transaction } from '../database.ts'
import type { GenericAlert } from '../domain/alert.ts'
import { skyPixel } from '../domain/sky.ts'
import { createIds } from './create-ids.ts'
import { type ExtraValue, numberFields } from './fields.ts'
import { positionOf } from './match-target.ts'
import type { TargetDescription } from './new-target-schemas.ts'
import { Overtaken } from './repeat-on-race.ts'
import type { TargetPatch } from './schemas.ts'

/** A name and its normalised form. */
export interface NameToStore {
  readonly name: string
  readonly nameKey: string
}

/** When a target was made and changed elsewhere, before it came here [UTC, RFC 3339]. */
export interface History {
  readonly createdAt?: string
  readonly modifiedAt?: string
}

type TargetToStore = Omit<TargetDescription, 'aliases' | 'extras'> & History & { readonly id: string; readonly createdBy: string }

/** Everything that a batch is about to write. */
export interface Plan {
  readonly newId: () => string
  readonly targets: TargetToStore[]
  readonly names: (NameToStore & { readonly targetId: string; readonly primary: boolean })[]
  readonly extras: { readonly targetId: string; readonly key: string; readonly value: ExtraValue }[]
  readonly links: { readonly targetId: string; readonly alertId: string; readonly generic: GenericAlert }[]
  readonly members: { readonly listId: string; readonly targetId: string }[]
  /** Targets that get more names. */
  readonly edited: Set<string>
}

/** A plan to write nothing. */
export function emptyPlan(): Plan {
  return { newId: createIds(), targets: [], names: [], extras: [], links: [], members: [], edited: new Set() }
}

const columns = ['id', 'createdBy', 'name', 'type', 'permissions', 'scheme', 'skyPixel', ...Object.keys(numberFields)]
const ownColumns = columns.map(column => `"${column}"`).join(', ')

// The run that the caller names, or else the first one that brought the alert, is what the target came from.
const runOfLink = `
  SELECT run.id, run."queryId", run."queryName" FROM "RunAlert" AS member JOIN "Run" AS run ON run.id = member."runId"
  WHERE member."alertId" = link."alertId" ORDER BY member."runId" = $7::uuid DESC NULLS LAST, member.outcome = 'duplicate', run.id LIMIT 1`

const writeSql = `
  WITH made AS (
    INSERT INTO "Target" (${ownColumns}, "createdAt", "modifiedAt")
    SELECT ${ownColumns}, coalesce("createdAt", now()), coalesce("modifiedAt", now()) FROM jsonb_populate_recordset(NULL::"Target", $1::jsonb)
  ), named AS (
    INSERT INTO "TargetName" (id, "targetId", name, "nameKey", "primary")
    SELECT id, "targetId", name, "nameKey", "primary" FROM jsonb_populate_recordset(NULL::"TargetName", $2::jsonb)
  ), known AS (
    INSERT INTO "TargetExtra" ("targetId", key, value)
    SELECT "targetId", key, value FROM jsonb_populate_recordset(NULL::"TargetExtra", $3::jsonb)
  ), linked AS (
    INSERT INTO "TargetAlert" ("alertId", "targetId", "brokerId", "brokerAlertId", "objectId", generic, raw, "rawType", "runId", "queryId", "queryName")
    SELECT link."alertId", link."targetId", alert."brokerId", alert."brokerAlertId", alert."objectId", link.generic, alert.raw, alert."rawType",
      run.id, run."queryId", run."queryName"
    FROM jsonb_populate_recordset(NULL::"TargetAlert", $4::jsonb) AS link
    CROSS JOIN LATERAL (SELECT * FROM "Alert" WHERE id = link."alertId" OFFSET 0) AS alert
    LEFT JOIN LATERAL (${runOfLink}) AS run ON true
    RETURNING "alertId"
  ), joined AS (
    INSERT INTO "TargetListMember" ("listId", "targetId")
    SELECT "listId", "targetId" FROM jsonb_populate_recordset(NULL::"TargetListMember", $5::jsonb) ON CONFLICT DO NOTHING
  ), edited AS (
    UPDATE "Target" SET version = version + 1, "modifiedAt" = now() WHERE id = ANY($6::uuid[]) RETURNING id
  )
  SELECT (SELECT count(*)::int FROM linked) AS linked, (SELECT count(*)::int FROM edited) AS edited`

/** Writes a plan in one statement; throws what `isRace` knows when another transaction has changed what it was made for. */
export async function writePlan(tx: Transaction, plan: Plan, runId: string | null): Promise<void> {
  const { targets, names, extras, links, members, edited } = plan
  if (targets.length + names.length + links.length + members.length === 0) return
  const made = new Set(targets.map(({ id }) => id))
  const changed = [...edited].filter(id => !made.has(id))
  const [done] = await tx.$queryRawUnsafe<{ linked: number; edited: number }[]>(
    writeSql,
    JSON.stringify(targets.map(target => ({ permissions: 'PRIVATE', ...target, skyPixel: pixelOf(target)?.toString() ?? null }))),
    JSON.stringify(names.map(name => ({ ...name, id: plan.newId() }))),
    JSON.stringify(extras),
    JSON.stringify(links),
    JSON.stringify(members),
    changed,
    runId
  )
  if (done?.linked !== links.length || done.edited !== changed.length) throw new Overtaken()
}

/** Stores an edit of a target that is held: the fields of the patch, and what follows from the target as edited. */
export async function updateTarget(
  tx: Transaction,
  id: string,
  { patch, edited }: { readonly patch: Omit<TargetPatch, 'extras'>; readonly edited: TargetDescription }
): Promise<void> {
  await tx.target.update({ where: { id }, data: { ...patch, skyPixel: pixelOf(edited), ...counted() }, select: { id: true } })
}

function pixelOf(target: Pick<TargetDescription, 'type' | 'ra' | 'dec'>): bigint | null {
  const place = target.type === 'SIDEREAL' ? positionOf(target) : null
  return place && skyPixel(place.ra, place.dec)
}

/** Counts an edit of what belongs to a target that is held. */
export async function countEdit(tx: Transaction, id: string): Promise<void> {
  await tx.target.update({ where: { id }, data: counted(), select: { id: true } })
}

function counted() {
  return { version: { increment: 1 }, modifiedAt: new Date() }
}

/** Deletes a target, of one version or of any (null), with all that belongs to it; tells whether it was there. */
export async function deleteTarget(db: Transaction, { id, version }: { id: string; version: number | null }): Promise<boolean> {
  const { count } = await db.target.deleteMany({ where: { id, ...(version !== null && { version }) } })
  return count > 0
}

/** Stores all extras of a target, in place of those that it had. */
export async function replaceExtras(tx: Transaction, targetId: string, extras: Readonly<Record<string, ExtraValue>>): Promise<void> {
  await tx.targetExtra.deleteMany({ where: { targetId } })
  const data = Object.entries(extras).map(([key, value]) => ({ targetId, key, value }))
  if (data.length > 0) await tx.targetExtra.createMany({ data })
}
