import assert from 'node:assert/strict'
import type { BrokerContext } from '../define-broker.ts'
import type { Scenario } from './scenario.ts'
import type { Subject } from './subject.ts'

/** One thing that a scenario has the module do. */
export interface Operation {
  readonly title: string
  readonly kind: 'alerts' | 'alert' | 'photometry' | 'probe'
  readonly scenario: Scenario
  run(context: BrokerContext, parameters: Record<string, unknown>): AsyncIterable<unknown>
}

/** Everything that the scenarios of a module have it do. */
export function operationsOf({ module, scenarios }: Subject): Operation[] {
  const { fetchAlert, fetchPhotometry, probe } = module
  return Object.entries(scenarios).flatMap(([name, scenario]): Operation[] => [
    { title: name, kind: 'alerts', scenario, run: (context, parameters) => module.fetchAlerts(parameters, context) },
    ...(scenario.fetchAlert ?? []).map(({ id }): Operation => {
      assert.ok(fetchAlert, `${name}: the module has no fetchAlert`)
      const run = async function* (context: BrokerContext) {
        yield await fetchAlert.call(module, id, context)
      }
      return { title: `${name}, alert ${id}`, kind: 'alert', scenario, run }
    }),
    ...(scenario.photometry ?? []).map(({ objectId }): Operation => {
      assert.ok(fetchPhotometry, `${name}: the module has no fetchPhotometry`)
      return {
        title: `${name}, light curve of ${objectId}`,
        kind: 'photometry',
        scenario,
        run: context => fetchPhotometry.call(module, objectId, context)
      }
    }),
    ...(scenario.probe ? [{ title: `${name}, probe`, kind: 'probe' as const, scenario, run: probing(module, probe) }] : [])
  ])
}

function probing(module: Subject['module'], probe: Subject['module']['probe']): Operation['run'] {
  assert.ok(probe, 'the module has no probe')
  return async function* (context) {
    const answer: unknown = await probe.call(module, context)
    if (answer !== undefined) yield answer
  }
}

/** The runs alone. */
export function runsOf(subject: Subject): Operation[] {
  return operationsOf(subject).filter(({ kind }) => kind === 'alerts')
}
