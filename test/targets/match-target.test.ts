import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Problem } from '../../src/http/problems.ts'
import type { Candidate } from '../../src/targets/match-store.ts'
import { chooseMatch, type Wanted } from '../../src/targets/match-target.ts'

const wanted: Wanted = { position: { ra: 10, dec: 20 }, type: 'SIDEREAL', onMatch: 'link' }

function candidate(id: string, facts: Partial<Candidate>): Candidate {
  return { id, name: `name of ${id}`, type: 'SIDEREAL', ra: 10, dec: 20, byAlert: false, byName: false, byPosition: false, ...facts }
}

const namesake = candidate('namesake', { byName: true })
const neighbour = candidate('neighbour', { byPosition: true, dec: 20 + 1 / 3600 })

function refusal(candidates: readonly Candidate[], facts: Partial<Wanted> = {}): { status: number; detail: string; targets: unknown[] } {
  try {
    chooseMatch(candidates, { ...wanted, ...facts })
  } catch (error) {
    assert.ok(error instanceof Problem)
    const { matches = [] }: { matches?: { targetId: string }[] } = error.extra
    return { status: error.status, detail: error.detail, targets: matches.map(({ targetId }) => targetId) }
  }
  return assert.fail('it was not refused')
}

describe('choosing the target that answers', () => {
  it('makes a new one when nothing matches', () => {
    for (const onMatch of ['link', 'reject', 'create'] as const) assert.equal(chooseMatch([], { ...wanted, onMatch }), null)
  })

  it('links to the one of the same name, and says how far it is', () => {
    const far = candidate('far', { byName: true, dec: 20 + 59.9 / 3600 })
    const match = chooseMatch([far], wanted)
    assert.equal(match?.rule, 'name')
    assert.equal(match?.targetId, 'far')
    assert.ok(Math.abs((match?.separation ?? 0) - 59.9) < 1e-6)
  })

  it('links to the one at the same position', () => {
    const match = chooseMatch([neighbour], wanted)
    assert.equal(match?.rule, 'position')
    assert.ok(Math.abs((match?.separation ?? 0) - 1) < 1e-6)
  })

  it('says name when the name and the position match', () => {
    assert.equal(chooseMatch([candidate('both', { byName: true, byPosition: true })], wanted)?.rule, 'name')
  })

  it('answers with the target of the alert, whatever else matches', () => {
    const ofAlert = candidate('of alert', { byAlert: true, dec: -20 })
    assert.deepEqual(chooseMatch([namesake, neighbour, ofAlert], wanted)?.targetId, 'of alert')
  })

  it('knows no separation when one of the two has no position', () => {
    const moving = candidate('moving', { byName: true, type: 'NON_SIDEREAL', ra: null, dec: null })
    assert.deepEqual(chooseMatch([moving], { ...wanted, type: null }), { rule: 'name', separation: null, targetId: 'moving' })
    assert.equal(chooseMatch([namesake], { ...wanted, position: null })?.separation, null)
  })

  it('refuses a name match more than 60 arcsec away, across ra 0 and near the pole as well', () => {
    assert.match(refusal([candidate('far', { byName: true, dec: 20 + 61 / 3600 })]).detail, /61\.0 arcsec/)
    const acrossZero = candidate('near', { byName: true, ra: 359.999, dec: 0 })
    assert.equal(chooseMatch([acrossZero], { ...wanted, position: { ra: 0.001, dec: 0 } })?.rule, 'name')
    const atPole = candidate('pole', { byName: true, ra: 180, dec: 89.9999 })
    assert.equal(chooseMatch([atPole], { ...wanted, position: { ra: 0, dec: 89.9999 } })?.rule, 'name')
  })

  it('refuses when the name is of one and the position of another, and names both', () => {
    assert.deepEqual(refusal([namesake, neighbour]).targets, ['namesake', 'neighbour'])
    assert.equal(refusal([namesake, neighbour]).status, 409)
  })

  it('refuses when several match by position, or several by name', () => {
    assert.equal(refusal([neighbour, candidate('other', { byPosition: true })]).targets.length, 2)
    assert.equal(refusal([namesake, candidate('other', { byName: true })]).targets.length, 2)
  })

  it('refuses a namesake of the other type, unless an alert asks, which sees a moving target at one place', () => {
    const moving = candidate('moving', { byName: true, type: 'NON_SIDEREAL', ra: null, dec: null })
    assert.match(refusal([moving]).detail, /NON_SIDEREAL/)
  })

  it('refuses every match when told to reject', () => {
    for (const facts of [{ byAlert: true }, { byName: true }, { byPosition: true }]) {
      assert.deepEqual(refusal([candidate('it', facts)], { onMatch: 'reject' }).targets, ['it'])
    }
  })

  it('looks only at names, and at the alert, when told to create', () => {
    assert.equal(chooseMatch([neighbour, candidate('other', { byPosition: true })], { ...wanted, onMatch: 'create' }), null)
    assert.deepEqual(refusal([namesake, neighbour], { onMatch: 'create' }).targets, ['namesake'])
    assert.deepEqual(refusal([candidate('it', { byAlert: true })], { onMatch: 'create' }).targets, ['it'])
  })
})
