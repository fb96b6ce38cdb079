import { testBroker } from '../src/broker-kit/conformance/index.ts'
import { builtInBrokers } from '../src/brokers/index.ts'

for (const module of builtInBrokers) {
  testBroker(module, { folder: new URL(`../src/brokers/${module.id}/`, import.meta.url) })
}
