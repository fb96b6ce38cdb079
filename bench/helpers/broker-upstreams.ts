// Stand-ins for all built-in brokers, in a process of their own: writes a line, the environment of a service that asks them, as JSON.
import { setTimeout as sleep } from 'node:timers/promises'
import { startStandIn } from '../../src/broker-kit/conformance/stand-in.ts'
import { myBroker } from '../../src/brokers/my-broker/index.ts'
import { recordedBrokers, variablesOf } from './recorded-brokers.ts'

/** How long a broker thinks before it answers [ms]. */
const latency = 200
/** Alerts of one answer of MyBroker, none of which was there before [count]. */
const fresh = 1000

const filler = 'x'.repeat(1000)
let made = 0

/** As MyBroker answers, but many more: what it recorded is only an alert or two. */
function freshAlerts(name: unknown) {
  const alerts = Array.from({ length: fresh }, () => {
    made += 1
    return { id: made, name, timestamp: '2026-01-01', ra: (made * 137.508) % 360, dec: (made % 180) - 90, mag: 18, score: 0.5, filler }
  })
  return { status: 200, text: JSON.stringify(alerts) }
}

const variables = await Promise.all(
  recordedBrokers().map(async broker => {
    const { module, scenario } = broker
    const { baseUrl } = await startStandIn({
      exchanges: scenario.exchanges,
      basePath: new URL(module.baseUrl).pathname,
      onRequest: () => sleep(latency),
      ...(module.id === myBroker.id && { answer: () => freshAlerts(scenario.parameters['targetName']) })
    })
    return variablesOf(broker, baseUrl)
  })
)
process.stdout.write(`${JSON.stringify(Object.assign({}, ...variables))}\n`)
