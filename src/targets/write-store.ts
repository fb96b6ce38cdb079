import { alertsOfDaysSql, inStatements } from '../alerts/partition-store.ts'
import type { Queryable } from '../alerts/store.ts'
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
  readonly links: { readonly targetId: string; readonly alertId: string; readonly runId: string | null; readonly generic: GenericAlert }[]
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
  ), joined AS (
    INSERT INTO "TargetListMember" ("listId", "targetId")
    SELECT "listId", "targetId" FROM jsonb_populate_recordset(NULL::"TargetListMember", $4::jsonb) ON CONFLICT DO NOTHING
  ), edited AS (
    UPDATE "Target" SET version = version + 1, "modifiedAt" = now() WHERE id = ANY($5::uuid[]) RETURNING id
  )
  SELECT count(*)::int AS edited FROM edited`

/** Writes a plan in a few statements; throws what `isRace` knows when another transaction has changed what it was made for. */
export async function writePlan(db: Queryable, plan: Plan): Promise<void> {
  const { targets, names, extras, links, members, edited } = plan
  if (targets.length + names.length + members.length > 0) {
    const made = new Set(targets.map(({ id }) => id))
    const changed = [...edited].filter(id => !made.has(id))
    const { rows } = await db.query<{ edited: number }>(writeSql, [
      JSON.stringify(targets.map(target => ({ permissions: 'PRIVATE', ...target, skyPixel: pixelOf(target)?.toString() ?? null }))),
      JSON.stringify(names.map(name => ({ ...name, id: plan.newId() }))),
      JSON.stringify(extras),
      JSON.stringify(members),
      changed
    ])
    if (rows[0]?.edited !== changed.length) throw new Overtaken()
  }
  await writeLinks(db, links)
}

const linkSql = (days: readonly unknown[]) => `
  WITH linked AS (
    INSERT INTO "TargetAlert" ("alertId", "targetId", "brokerId", "brokerAlertId", "objectId", generic, raw, "rawType", "runId", "queryId", "queryName")
    SELECT link."alertId", link."targetId", alert."brokerId", alert."brokerAlertId", alert."objectId", link.generic, alert.raw, alert."rawType",
      link."runId", run."queryId", run."queryName"
    FROM (${alertsOfDaysSql(days, 2)}) AS alert
    JOIN jsonb_populate_recordset(NULL::"TargetAlert", $1::jsonb) AS link ON link."alertId" = alert.id
    LEFT JOIN "Run" AS run ON run.id = link."runId"
    RETURNING "alertId"
  )
  SELECT count(*)::int AS linked FROM linked`

/** Links alerts to targets, which keep copies of their own. */
async function writeLinks(db: Queryable, links: Plan['links']): Promise<void> {
  const byAlert = new Map(links.map(link => [link.alertId, link]))
  for (const days of inStatements([...byAlert.keys()])) {
    const some = days.flat().map(alertId => byAlert.get(alertId))
    const { rows } = await db.query<{ linked: number }>(linkSql(days), [JSON.stringify(some), ...days])
    if (rows[0]?.linked !== some.length) throw new Overtaken()
  }
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
