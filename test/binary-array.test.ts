import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import pg from 'pg'
import { binaryArray, type ElementType } from '../src/database.ts'
import { createEmptyDatabase, type TestDatabase } from './helpers/database.ts'

let database: TestDatabase
let client: pg.Client

before(async () => {
  database = await createEmptyDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
after(async () => {
  await client.end()
  await database.drop()
})

const texts = fc.string({ unit: 'binary' }).map(text => text.toWellFormed().replaceAll('\0', ''))
const values: Readonly<Record<ElementType, fc.Arbitrary<unknown>>> = {
  uuid: fc.uuid(),
  text: fc.oneof(texts, fc.constantFrom('', 'NULL', '{}', '"', '\\', ',', '🔭')),
  jsonb: fc.json().map(text => JSON.stringify(JSON.parse(text.replaceAll('\\u0000', '')))),
  bytea: fc.uint8Array().map(bytes => Buffer.from(bytes)),
  float8: fc.double({ noNaN: true }),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  integer: fc.integer()
}

for (const [type, value] of Object.entries(values)) {
  test(`an array of ${type} arrives as it was, with what is missing as NULL`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(value, { nil: null, freq: 5 }), { maxLength: 20 }), async items => {
        const array = binaryArray(isElementType(type) ? type : 'text', items, item => item)
        const { rows } = await client.query(`SELECT item FROM unnest($1::${type}[]) WITH ORDINALITY AS list(item, place) ORDER BY place`, [
          array
        ])
        const arrived = rows.map(({ item }) => (type === 'bigint' && item !== null ? BigInt(item) : item))
        const sent = items.map(item => (type === 'jsonb' && typeof item === 'string' ? JSON.parse(item) : item))
        assert.deepEqual(arrived, sent)
      }),
      { numRuns: 50 }
    )
  })
}

function isElementType(type: string): type is ElementType {
  return type in values
}

test('what is undefined is NULL, and what is read from items arrives in their order', async () => {
  const array = binaryArray('text', [{ name: 'a' }, {}, { name: 'b' }], ({ name }: { name?: string }) => name)
  const { rows } = await client.query('SELECT $1::text[] AS list', [array])
  assert.deepEqual(rows[0].list, ['a', null, 'b'])
})
