import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Candidate, decide, type Wish } from '../../src/targets/match-target.ts'

const wish: Wish = { position: { ra: 10, dec: 20 }, type: 'SIDEREAL', onMatch: 'link' }

function candidate(id: string, facts: Partial<Candidate>): Candidate {
  return { id, name: `name of ${id}`, type: 'SIDEREAL', ra: 10, dec: 20, byAlert: false, byName: false, byPosition: false, ...facts }
}

const namesake = candidate('namesake', { byName: true })
const neighbour = candidate('neighbour', { byPosition: true, dec: 20 + 1 / 3600 })

function matchOf(candidates: readonly Candidate[], facts: Partial<Wish> = {}) {
  const decision = decide(candidates, { ...wish, ...facts })
  assert.equal(decision.kind, 'link')
  return decision.kind === 'link' ? decision.match : assert.fail()
}

function refusal(candidates: readonly Candidate[], facts: Partial<Wish> = {}) {
  const decision = decide(candidates, { ...wish, ...facts })
  assert.equal(decision.kind, 'refuse')
  return decision.kind === 'refuse' ? { detail: decision.detail, targets: decision.matches.map(({ targetId }) => targetId) } : assert.fail()
}

describe('choosing the target that answers', () => {
  it('makes a new one when nothing matches', () => {
    for (const onMatch of ['link', 'reject', 'create'] as const) assert.deepEqual(decide([], { ...wish, onMatch }), { kind: 'create' })
  })

  it('links to the one of the same name, and says how far it is', () => {
    const far = candidate('far', { byName: true, dec: 20 + 59.9 / 3600 })
    const match = matchOf([far])
    assert.equal(match.rule, 'name')
    assert.equal(match.targetId, 'far')
    assert.ok(Math.abs((match.separation ?? 0) - 59.9) < 1e-6)
  })

  it('links to the one at the same position', () => {
    const match = matchOf([neighbour])
    assert.equal(match.rule, 'position')
    assert.ok(Math.abs((match.separation ?? 0) - 1) < 1e-6)
  })

  it('says name when the name and the position match', () => {
    assert.equal(matchOf([candidate('both', { byName: true, byPosition: true })]).rule, 'name')
  })

  it('answers with the target of the alert, whatever else matches', () => {
    const ofAlert = candidate('of alert', { byAlert: true, dec: -20 })
    assert.equal(matchOf([namesake, neighbour, ofAlert]).targetId, 'of alert')
  })

  it('knows no separation when one of the two has no position', () => {
    const moving = candidate('moving', { byName: true, type: 'NON_SIDEREAL', ra: null, dec: null })
    assert.deepEqual(matchOf([moving], { type: null }), { rule: 'name', separation: null, targetId: 'moving' })
    assert.equal(matchOf([namesake], { position: null }).separation, null)
  })

  it('refuses a name match more than 60 arcsec away, across ra 0 and near the pole as well', () => {
    assert.match(refusal([candidate('far', { byName: true, dec: 20 + 61 / 3600 })]).detail, /61\.0 arcsec/)
    const acrossZero = candidate('near', { byName: true, ra: 359.999, dec: 0 })
    assert.equal(matchOf([acrossZero], { position: { ra: 0.001, dec: 0 } }).rule, 'name')
    const atPole = candidate('pole', { byName: true, ra: 180, dec: 89.9999 })
    assert.equal(matchOf([atPole], { position: { ra: 0, dec: 89.9999 } }).rule, 'name')
  })

  it('refuses when the name is of one and the position of another, and names both', () => {
    assert.deepEqual(refusal([namesake, neighbour]).targets, ['namesake', 'neighbour'])
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
    assert.deepEqual(decide([neighbour, candidate('other', { byPosition: true })], { ...wish, onMatch: 'create' }), { kind: 'create' })
    assert.deepEqual(refusal([namesake, neighbour], { onMatch: 'create' }).targets, ['namesake'])
    assert.deepEqual(refusal([candidate('it', { byAlert: true })], { onMatch: 'create' }).targets, ['it'])
  })
})
