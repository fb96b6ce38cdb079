// npm run faults:brokers [id]: how often each fault of an answer came to which end, by module.
import { fileURLToPath } from 'node:url'
import { contentFaults, playContentFaults, readSubject } from '../src/broker-kit/conformance/index.ts'
import { builtInBrokers } from '../src/brokers/index.ts'
import { findModule, folderOf } from './find-module.ts'

const modules = process.argv[2] === undefined ? builtInBrokers : [findModule(process.argv[2])]
let wrong = 0
for (const module of modules) {
  const ends = new Map<string, Map<string, number>>(Object.keys(contentFaults).map(fault => [fault, new Map()]))
  for await (const { fault, end, where, complaint } of playContentFaults(
    readSubject(module, fileURLToPath(folderOf(module.id))),
    contentFaults
  )) {
    const row = ends.get(fault)
    row?.set(end, (row.get(end) ?? 0) + 1)
    if (complaint === null) continue
    wrong++
    process.stderr.write(`${module.id}, ${where}: ${complaint}\n`)
  }
  for (const [fault, row] of ends) {
    const told = [...row].map(([end, count]) => `${end} ${count}`).join(', ')
    process.stdout.write(`${module.id} | ${fault} | ${told || 'does not apply'}\n`)
  }
}
process.exitCode = wrong === 0 ? 0 : 1
