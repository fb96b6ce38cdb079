import { alertsOfDaysSql, inStatements } from '../alerts/partition-store.ts'
import type { Queryable } from '../database.ts'
import type { GenericAlert } from '../domain/alert.ts'
import { skyPixel } from '../domain/sky.ts'
import { createIds } from './create-ids.ts'
import { type ExtraValue, numberFields } from './fields.ts'
import { positionOf } from './match-target.ts'
import type { TargetDescription } from './new-target-schemas.ts'
import { Overtaken } from './repeat-on-race.ts'
import { type StoredTarget, ownColumns as storedColumns } from './store.ts'

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

/** SQL that writes a plan; it answers how many targets were edited, and the target that was made where that is the only one. */
const writeSql = (answersTarget: boolean) => `
  WITH made AS (
    INSERT INTO "Target" (${ownColumns}, "createdAt", "modifiedAt")
    SELECT ${ownColumns}, coalesce("createdAt", now()), coalesce("modifiedAt", now()) FROM jsonb_populate_recordset(NULL::"Target", $1::jsonb)
    ${answersTarget ? `RETURNING ${storedColumns.map(column => `"${column}"`).join(', ')}` : ''}
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
    UPDATE "Target" SET version = version + 1, "modifiedAt" = now() WHERE id = ANY((SELECT $5::uuid[])::uuid[]) RETURNING id
  ), counted AS (
    SELECT count(*)::int AS edited FROM edited
  )
  SELECT * FROM counted ${answersTarget ? 'CROSS JOIN made' : ''}`
const [writeOneSql, writeManySql] = [writeSql(true), writeSql(false)]

/** A target that was just made. */
type MadeTarget = Omit<StoredTarget, 'names' | 'extras'>

/** Writes a plan in a few statements, and answers the target that it made where that is the only one; throws what `isRace` knows when another transaction has changed what it was made for. */
export async function writePlan(db: Queryable, plan: Plan): Promise<StoredTarget | undefined> {
  const { targets, names, members, links } = plan
  const made = targets.length + names.length + members.length > 0 ? await writeTargets(db, plan) : undefined
  await writeLinks(db, links)
  return made
}

async function writeTargets(db: Queryable, { newId, targets, names, extras, members, edited }: Plan): Promise<StoredTarget | undefined> {
  const made = new Set(targets.map(({ id }) => id))
  const changed = [...edited].filter(id => !made.has(id))
  const isOne = targets.length === 1
  const { rows } = await db.query<MadeTarget & { readonly edited: number }>(isOne ? writeOneSql : writeManySql, [
    JSON.stringify(targets.map(target => ({ permissions: 'PRIVATE', ...target, skyPixel: pixelOf(target)?.toString() ?? null }))),
    JSON.stringify(names.map(name => ({ ...name, id: newId() }))),
    JSON.stringify(extras),
    JSON.stringify(members),
    changed
  ])
  const [row] = rows
  if (row?.edited !== changed.length) throw new Overtaken()
  if (!isOne) return undefined
  const { edited: _, ...target } = row
  return {
    ...target,
    names: names.filter(({ targetId }) => targetId === target.id),
    extras: Object.fromEntries(extras.map(({ key, value }) => [key, value]))
  }
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

/** Pixel of a sidereal target; null for one that moves. */
export function pixelOf(target: Pick<TargetDescription, 'type' | 'ra' | 'dec'>): bigint | null {
  const place = target.type === 'SIDEREAL' ? positionOf(target) : null
  return place && skyPixel(place.ra, place.dec)
}
