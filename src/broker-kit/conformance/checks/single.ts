import assert from 'node:assert/strict'
import { PhotometryPoint } from '../../../domain/photometry.ts'
import { compileCheck } from '../../../domain/schema.ts'
import { normalise } from '../normalise.ts'
import { operationsOf } from '../operations.ts'
import { play, readableAlerts } from '../play.ts'
import type { ConformanceChecks } from '../subject.ts'

const isPoint = compileCheck(PhotometryPoint)

/** What a module answers about one alert, one object, or itself. */
export const singleChecks: ConformanceChecks = {
  'fetchAlert gives the alert that was asked for': async subject => {
    const { module, scenarios } = subject
    const expected = Object.values(scenarios).flatMap(({ fetchAlert = [] }) => fetchAlert)
    assert.equal(expected.length > 0, module.fetchAlert !== undefined, 'fetchAlert is there, or a scenario shows it, but not both')
    const asked = operationsOf(subject).filter(({ kind }) => kind === 'alert')
    for (const [index, operation] of asked.entries()) {
      const { values } = await play(subject, operation)
      const { alerts, rejections } = normalise(subject, values)
      assert.deepEqual(alerts, [expected[index]?.alert], `${operation.title} ${rejections.join()}`)
      assert.equal(alerts[0]?.id, expected[index]?.id, operation.title)
    }
  },

  'credentials can be checked before first use': async subject => {
    const { module, scenarios } = subject
    const isSecret = Object.values(module.settings?.properties ?? {}).some(schema => schema['writeOnly'] === true)
    assert.ok(module.probe !== undefined || !isSecret, 'a module with a secret setting needs a probe')
    const isShown = Object.values(scenarios).some(({ probe }) => probe === true)
    assert.equal(isShown, module.probe !== undefined, 'probe is there, or a scenario shows it, but not both')
    for (const operation of operationsOf(subject).filter(({ kind }) => kind === 'probe')) {
      const { requests, values } = await play(subject, operation)
      assert.deepEqual(values, [], `${operation.title}: answers something`)
      assert.ok(requests.length === 1 || requests.length === 2, `${operation.title}: makes ${requests.length} requests; one or two will do`)
    }
  },

  'a light curve holds each point once, in order of time': async subject => {
    const { module, scenarios } = subject
    const expected = Object.values(scenarios).flatMap(({ photometry = [] }) => photometry)
    const isShown = expected.some(({ points }) => points.length > 1)
    assert.equal(
      isShown,
      module.fetchPhotometry !== undefined,
      'fetchPhotometry is there, or a scenario shows two points of it, but not both'
    )
    const asked = operationsOf(subject).filter(({ kind }) => kind === 'photometry')
    for (const [index, operation] of asked.entries()) {
      const { values, feedback } = await play(subject, operation)
      assertLightCurve(operation.title, values)
      assert.deepEqual(values, expected[index]?.points, operation.title)
      assert.deepEqual(feedback, expected[index]?.feedback ?? [], `${operation.title}: feedback`)
    }
  },

  'the light curve within an alert is one, too': async subject => {
    const { photometryOf } = subject.module
    if (!photometryOf) return
    for (const raw of await readableAlerts(subject)) assertLightCurve('photometryOf', photometryOf.call(subject.module, raw))
  }
}

function assertLightCurve(title: string, values: readonly unknown[]): void {
  const points = values.filter(isPoint)
  const [wrong] = values.filter(value => !isPoint(value))
  assert.equal(wrong, undefined, `${title}: no point of a light curve: ${JSON.stringify(isPoint.complaints(wrong))}`)
  const times = points.map(({ timestamp }) => Date.parse(timestamp))
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
    `${title}: not in order of time`
  )
  const keys = points.map(({ sourceId, timestamp, kind, band }) => `${kind} ${sourceId ?? `${timestamp} ${band}`}`)
  assert.deepEqual(keys, [...new Set(keys)], `${title}: a point comes twice`)
}
