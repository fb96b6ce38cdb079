import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { brightnessOfDeficit, brightnessOfFlux, unknownBrightness } from '../../src/domain/flux.ts'

describe('A brightness', () => {
  test('of 3631 Jy has the AB magnitude 0, and of 1 nJy 31.4', () => {
    assert.ok(Math.abs((brightnessOfFlux(3.631e12, null).mag ?? 99) - 0) < 1e-4)
    assert.equal(brightnessOfFlux(1, null).mag, 31.4)
  })

  test('that is not above 0 has a flux and no magnitude', () => {
    assert.deepEqual(brightnessOfFlux(-19_549, 100), { mag: null, magError: null, flux: -19_549, fluxError: 100 })
    assert.deepEqual(brightnessOfFlux(0, null), { ...unknownBrightness, flux: 0 })
  })

  test('of an unknown flux is unknown, and a negative uncertainty is none', () => {
    assert.deepEqual(brightnessOfFlux(null, 3), unknownBrightness)
    assert.deepEqual(brightnessOfFlux(Number.POSITIVE_INFINITY, 3), unknownBrightness)
    assert.equal(brightnessOfFlux(100, -999).fluxError, null)
  })

  test('says the same as a flux and as a magnitude', () => {
    fc.assert(
      fc.property(fc.double({ min: 10, max: 30, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (mag, magError) => {
        const { flux, fluxError } = brightnessOfDeficit(mag, magError)
        const back = brightnessOfFlux(-(flux ?? 0), fluxError)
        assert.ok(Math.abs((back.mag ?? 0) - mag) < 1e-9)
        assert.ok(Math.abs((back.magError ?? -1) - magError) < 1e-9)
      })
    )
  })
})
