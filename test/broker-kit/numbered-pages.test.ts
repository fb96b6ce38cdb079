import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BrokerError, isBrokerError } from '../../src/broker-kit/errors.ts'
import { type NumberedPage, numberedPages } from '../../src/broker-kit/numbered-pages.ts'
import { sourceOf, withSource } from '../../src/broker-kit/source.ts'

interface Row {
  readonly key: string | null
  readonly line: number
}

const isRow = (row: unknown): row is Row => typeof row === 'object' && row !== null && 'key' in row

/** Reads pages of rows with these keys; the checkpoints, each with how many alerts came before it. */
async function read(ask: (page: number) => NumberedPage, resumeFrom: string | null = null) {
  const alerts: unknown[] = []
  const checkpoints: { token: string; after: number }[] = []
  const context = { resumeFrom, checkpoint: (token: string) => void checkpoints.push({ token, after: alerts.length }) }
  const pages = numberedPages({ broker: 'Broker', keyOf: row => (isRow(row) ? row.key : null), ask: async page => ask(page), context })
  for await (const alert of pages) alerts.push(alert)
  return { alerts, checkpoints, texts: alerts.map(alert => sourceOf(alert)?.text) }
}

function pagesOf(keys: readonly (string | null)[], size: number): (page: number) => NumberedPage {
  const rows = keys.map((key, line) => withSource({ key, line }, JSON.stringify({ key, line })))
  return page => ({ rows: rows.slice((page - 1) * size, page * size), isLast: page * size >= rows.length })
}

describe('pages with numbers', () => {
  test('give every row once, the rows of one alert together, and every checkpoint resumes without loss or repeat', async () => {
    const groups = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(groups, fc.integer({ min: 1, max: 5 }), async (lengths, size) => {
        const keys = lengths.flatMap((length, index) => Array<string>(length).fill(`alert ${index}`))
        const ask = pagesOf(keys, size)
        const { alerts, checkpoints, texts } = await read(ask)
        assert.deepEqual(
          alerts.map(alert => [alert].flat().length),
          lengths
        )
        for (const { token, after } of checkpoints) assert.deepEqual((await read(ask, token)).texts, texts.slice(after), token)
      })
    )
  })

  test('let a row without a key through, alone', async () => {
    const { texts } = await read(pagesOf(['a', null, null, 'b', 'b'], 2))
    const row = (key: string | null, line: number) => JSON.stringify({ key, line })
    assert.deepEqual(texts, [row('a', 0), row(null, 1), row(null, 2), `[${row('b', 3)},${row('b', 4)}]`])
  })

  test('that repeat themselves, or are empty and not the last, are a bad response', async () => {
    const row = withSource({ key: 'a', line: 0 }, '{}')
    const answers: [says: RegExp, page: NumberedPage][] = [
      [/page 1 again as page 2/, { rows: [row], isLast: false }],
      [/an empty page 1, and says that more follow/, { rows: [], isLast: false }]
    ]
    for (const [says, page] of answers) {
      await assert.rejects(
        read(() => page),
        error => isBrokerError(error) && error.kind === 'bad-response' && says.test(error.message)
      )
    }
  })

  test('that fail take no row with them that came before', async () => {
    const row = (key: string, line: number) => withSource({ key, line }, `${key}${line}`)
    const failure = new BrokerError('unreachable', 'broke the connection')
    const last: Record<string, () => NumberedPage> = {
      'asked in vain': () => {
        throw failure
      },
      'cut off': () => ({ rows: [row('b', 3)], isLast: true, failure })
    }
    for (const [how, second] of Object.entries(last)) {
      const texts: unknown[] = []
      const pages = numberedPages({
        broker: 'Broker',
        keyOf: item => (isRow(item) ? item.key : null),
        ask: async page => (page === 1 ? { rows: [row('a', 1), row('b', 2)], isLast: false } : second()),
        context: { resumeFrom: null, checkpoint() {} }
      })
      const reading = async () => {
        for await (const alert of pages) texts.push(sourceOf(alert)?.text)
      }
      await assert.rejects(reading, error => error === failure)
      assert.deepEqual(texts, how === 'cut off' ? ['a1', '[b2,b3]'] : ['a1', 'b2'])
    }
  })

  test('are all read again when a checkpoint names an alert that is no longer there, or nothing that can be read', async () => {
    const ask = pagesOf(['a', 'b', 'c', 'd'], 2)
    assert.equal((await read(ask, '2 gone')).alerts.length, 2)
    assert.equal((await read(ask, 'page two')).alerts.length, 4)
  })
})
