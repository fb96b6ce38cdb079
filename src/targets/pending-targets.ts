import type { ConeSearch } from '../domain/cone.ts'
import { type Position, separation } from '../domain/sky.ts'
import { createSkyGrid } from '../domain/sky-grid.ts'
import type { Finding, Likeness } from './match-store.ts'
import { type Candidate, positionOf } from './match-target.ts'

/** What is known of a target, wherever it is. */
export type Facts = Omit<Candidate, 'byAlert' | 'byName' | 'byPosition'>

/** What a batch knows: the stored targets that matter to it, and those that it is about to make. */
export interface Pending {
  /** The targets that have something in common with one of the wanted ones, oldest first. */
  candidates(index: number, likeness: Likeness): Candidate[]
  /** Which of the names no target has. */
  freeNames<N extends { readonly nameKey: string }>(names: readonly N[]): N[]
  /** Remembers a target that the batch makes. */
  addTarget(target: Facts): void
  /** Remembers names and an alert that the batch gives to a target. */
  addTo(targetId: string, likeness: Pick<Likeness, 'alertId' | 'nameKeys'>): void
}

/** Begins with what the store has in common with the wanted targets; the radius is the largest of theirs [arcsec]. */
export function createPending(findings: readonly Finding[], radius: number): Pending {
  const targets = new Map<string, Facts>(findings.map(({ index: _, rule: __, nameKey: ___, ...facts }) => [facts.id, facts]))
  const owners = new Map<string, string>(findings.flatMap(({ nameKey, id }) => (nameKey === null ? [] : [[nameKey, id] as const])))
  const sources = new Map<string, string>()
  const grid = createSkyGrid<string>(radius)
  const stored = Map.groupBy(findings, ({ index }) => index)

  function placeOf(id: string): Position | null {
    return positionOf(targets.get(id) ?? {})
  }

  function near(cone: ConeSearch): string[] {
    return grid.near(cone).filter(id => {
      const place = placeOf(id)
      return place !== null && separation(place, cone) <= cone.radius
    })
  }

  return {
    candidates(index, { alertId, nameKeys, cone }) {
      const rows = stored.get(index) ?? []
      const byAlert = new Set(rows.filter(({ rule }) => rule === 'alert').map(({ id }) => id))
      const newSource = alertId === null ? undefined : sources.get(alertId)
      if (newSource !== undefined) byAlert.add(newSource)
      const byName = new Set(nameKeys.flatMap(key => owners.get(key) ?? []))
      const byPosition = new Set(rows.filter(({ rule }) => rule === 'position').map(({ id }) => id))
      if (cone) for (const id of near(cone)) byPosition.add(id)
      const ids = [...new Set([...byAlert, ...byName, ...byPosition])].sort()
      return ids.flatMap(id => {
        const facts = targets.get(id)
        return facts ? [{ ...facts, byAlert: byAlert.has(id), byName: byName.has(id), byPosition: byPosition.has(id) }] : []
      })
    },
    freeNames: names => names.filter(({ nameKey }) => !owners.has(nameKey)),
    addTarget(target) {
      targets.set(target.id, target)
      const place = positionOf(target)
      if (place && target.type === 'SIDEREAL') grid.add(place, target.id)
    },
    addTo(targetId, { alertId, nameKeys }) {
      if (alertId !== null) sources.set(alertId, targetId)
      for (const key of nameKeys) if (!owners.has(key)) owners.set(key, targetId)
    }
  }
}
