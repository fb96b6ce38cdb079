import type { AnyBrokerModule } from '../src/broker-kit/index.ts'
import { nearestNames } from '../src/broker-kit/nearest.ts'
import { builtInBrokers } from '../src/brokers/index.ts'

/** The folder of a built-in module. */
export function folderOf(id: string): URL {
  return new URL(`../src/brokers/${id}/`, import.meta.url)
}

/** The built-in module with this id; ends the process with a sentence when there is none. */
export function findModule(id: string | undefined): AnyBrokerModule {
  const module = builtInBrokers.find(candidate => candidate.id === id)
  if (module !== undefined) return module
  const ids = builtInBrokers.map(candidate => candidate.id)
  refuse(
    id === undefined
      ? `Which broker? ${ids.join(', ')}.`
      : `There is no broker '${id}'; the nearest are ${nearestNames(id, ids, 3).join(', ')}.`
  )
}

/** Ends the process because it was not called as it must be. */
export function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
