import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import fc from 'fast-check'
import { type Service, startService } from '../helpers/service.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

interface Draft {
  readonly names: readonly number[]
  readonly spelling: number
  /** In steps of 1.2 arcsec, so that neighbours match and the next but one do not. */
  readonly place: number
  readonly onMatch: string
  readonly moves: boolean
}

const drafts = fc.array(
  fc.record({
    names: fc.uniqueArray(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 }),
    spelling: fc.nat({ max: 2 }),
    place: fc.oneof(fc.nat({ max: 6 }), fc.constantFrom(100)),
    onMatch: fc.constantFrom('link', 'link', 'link', 'reject', 'create'),
    moves: fc.nat({ max: 9 }).map(n => n === 0)
  }),
  { minLength: 1, maxLength: 12 }
)
const orbit = { epochOfElements: 1, inclination: 1, lngAscNode: 1, argOfPerihelion: 1, eccentricity: 0, meanAnomaly: 1, semimajorAxis: 1 }

let worlds = 0
/** Describes the drafts in a part of the sky of their own, under names of their own. */
function itemsIn(all: readonly Draft[]) {
  worlds += 1
  const world = worlds
  return all.map(({ names, spelling, place, onMatch, moves }) => {
    const [name, ...aliases] = names.map(n => [`World ${world} no ${n}`, `WORLD-${world}_no_${n}`, `world(${world})no${n}`][spelling])
    const facts = moves
      ? { type: 'NON_SIDEREAL', scheme: 'MPC_MINOR_PLANET', ...orbit }
      : { type: 'SIDEREAL', ra: world % 360, dec: Math.floor(world / 360) + (place * 1.2) / 3600 }
    return { name, aliases, onMatch, ...facts }
  })
}

interface Result {
  readonly outcome: string
  readonly targetId: string | null
  readonly rule: string | undefined
  readonly matches: { rule: string; targetId: string }[]
}

/** Results with targets named by the first item that they answer. */
function comparable(results: readonly Result[]) {
  const order = new Map<string, number>()
  for (const [index, { targetId }] of results.entries()) if (targetId !== null && !order.has(targetId)) order.set(targetId, index)
  return results.map(({ outcome, targetId, rule, matches }) => ({
    outcome,
    rule,
    target: targetId === null ? null : order.get(targetId),
    matches: matches.map(match => [match.rule, order.get(match.targetId)]).sort()
  }))
}

async function singly(items: readonly object[]): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) {
    const { status, body } = await service.post('/v1/targets', item)
    const outcome = status === 201 ? 'created' : status === 200 ? 'linked' : 'rejected'
    assert.ok(status === 409 || status < 300, JSON.stringify(body))
    results.push({ outcome, targetId: body.id ?? null, rule: body.match?.rule, matches: body.matches ?? [] })
  }
  return results
}

async function together(items: readonly object[]): Promise<Result[]> {
  const { body } = await service.post('/v1/targets/batch', { items })
  return body.items.map((item: Result & { match: { rule: string } | null }) => ({ ...item, rule: item.match?.rule }))
}

async function namesOf(results: readonly Result[]) {
  const ids = [...new Set(results.flatMap(({ targetId }) => targetId ?? []))]
  const bodies = await Promise.all(ids.map(async id => (await service.get(`/v1/targets/${id}`)).body))
  return bodies.map(({ name, aliases }) => [name, ...aliases].map((text: string) => text.toLowerCase().replace(/world\D*\d+/, '')))
}

it('a batch decides as if its items had been asked for one after the other, whatever was there before', async () => {
  await fc.assert(
    fc.asyncProperty(drafts, drafts, async (earlier, all) => {
      const [one, other] = [itemsIn([...earlier, ...all]), itemsIn([...earlier, ...all])]
      await singly(one.slice(0, earlier.length))
      await singly(other.slice(0, earlier.length))
      const [expected, actual] = [await singly(one.slice(earlier.length)), await together(other.slice(earlier.length))]
      assert.deepEqual(comparable(actual), comparable(expected))
      assert.deepEqual(await namesOf(actual), await namesOf(expected))
    }),
    { numRuns: 40 }
  )
})
