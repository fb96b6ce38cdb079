import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startProcess } from './helpers/process.ts'

describe('a service that is set up wrongly', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tom-alerts-start-'))
    await chmod(folder, 0o755)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('tells the faults of its own variables, of modules and of brokers at once, and does not start', async () => {
    const variables = {
      HOST: 'bad host',
      BROKER_MODULES: './nowhere.ts',
      BROKER_NONE_TOKEN: 'x',
      BROKER_TNS_MAX_REQUESTS: 'x',
      MATCH_RADIUS: '-1'
    }
    const told = await outputOf(variables)
    const expected = ['exited with 1', 'MATCH_RADIUS', 'HOST', 'BROKER_MODULES', 'BROKER_NONE_TOKEN', 'BROKER_TNS_MAX_REQUESTS']
    assert.deepEqual(
      told.map(line => expected.find(start => line.includes(start))),
      expected
    )
  })

  it('says so when its DATA_DIR is a file, or below one', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    for (const DATA_DIR of [file, join(file, 'data')]) {
      const told = (await outputOf({ DATA_DIR })).join('\n')
      assert.match(told, /exited with 1/)
      assert.match(told, new RegExp(`DATA_DIR is ${DATA_DIR}, which cannot be used .*: set it to a folder that this account may write to`))
    }
  })

  it('says so when nothing can be made in its DATA_DIR', {
    skip: process.platform !== 'linux' && '/proc is a thing of Linux'
  }, async () => {
    const told = (await outputOf({ DATA_DIR: '/proc/tom/data' })).join('\n')
    assert.match(told, /exited with 1/)
    assert.match(told, /DATA_DIR is \/proc\/tom\/data, which cannot be used/)
  })
})

/** Lines of what a service says that does not start. */
async function outputOf(variables: Readonly<Record<string, string>>): Promise<string[]> {
  const service = await startProcess(variables).catch((error: Error) => error)
  if (service instanceof Error) return service.message.split('\n')
  await service.stop()
  return assert.fail('it started')
}
