import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { Variables } from '../src/config/variables.ts'
import { differencesOf } from './helpers/answers.ts'
import { type Facts, faultsOfPage, type Page } from './helpers/documents.ts'

const root = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const facts: Facts = {
  scripts: Object.keys(JSON.parse(read('package.json')).scripts),
  // Values of the API look like variables: NON_SIDEREAL.
  variables: [...Object.keys(Variables.properties), ...(read('openapi/openapi.json').match(/(?<=")[A-Z]+(?:_[A-Z]+)+(?=")/g) ?? [])],
  routes: Object.keys(JSON.parse(read('openapi/openapi.json')).paths),
  exists: path => existsSync(join(root, path)),
  read
}

async function pages(pattern: string): Promise<Page[]> {
  const paths = await Array.fromAsync(glob(pattern, { cwd: root }))
  return paths.toSorted().map(path => ({ path, text: read(path) }))
}

describe('the documents', () => {
  it('speak of what exists: links, scripts, files, variables and addresses', async () => {
    const all = await pages('{*,docs/**/*,src/**/*}.md')
    assert.ok(all.length > 5)
    assert.deepEqual(
      all.flatMap(page => faultsOfPage(page, facts)),
      []
    )
  })

  it('of decisions are dated, and say why, what and at what cost', async () => {
    const decisions = await pages('docs/decisions/*')
    assert.ok(decisions.length > 5)
    for (const { path, text } of decisions) {
      assert.match(path, /^docs\/decisions\/\d{4}-\d{2}-\d{2}-[a-z0-9-]+\.md$/)
      const headings = [...text.matchAll(/^#+ .+$/gm)].map(([heading]) => heading.replace(/^# .+/, '#'))
      assert.deepEqual(headings, ['#', '## Context', '## Decision', '## Cost'], path)
    }
  })
})

describe('the rules of documents', () => {
  const wrong: readonly [text: string, rule: RegExp][] = [
    ['[why](docs/why.md)', /links docs\/why\.md/],
    ['[how](CONTRIBUTING.md#dance)', /links CONTRIBUTING\.md#dance/],
    ['[here](#nowhere)', /links #nowhere/],
    ['Type `npm run dance`.', /runs the script dance/],
    ['```sh\nnpm run dance\n```', /runs the script dance/],
    ['See `src/dance/index.ts`.', /names the file src\/dance/],
    ['Start with `node src/dance.ts`.', /names the file src\/dance/],
    ['Set `DANCE_FLOOR`.', /names the variable DANCE_FLOOR/],
    ['```sh\nDANCE=1 npm start\n```', /names the variable DANCE/],
    ['Ask `GET /v1/dances`.', /names \/v1\/dances/],
    ['```sh\ncurl "$TOM/v1/runs/$(pick "$run" .id)/dances?limit=1"\n```', /names \/v1\/runs\/id\/dances/]
  ]
  for (const [text, rule] of wrong) {
    it(`refuse ${JSON.stringify(text)}`, () => {
      const faults = faultsOfPage({ path: 'README.md', text: `# Title\n\n${text}\n` }, facts)
      assert.equal(faults.length, 1, faults.join('\n'))
      assert.match(faults[0] ?? '', rule)
    })
  }

  it('let through what is so', () => {
    const text = `# Title\n\n[a](CONTRIBUTING.md) [b](#title) [c](https://example.org/x) \`npm test\` \`npm run check\` \`src/main.ts\` \`src/brokers/<id>/\`
      \`DATA_DIR\` \`BROKER_X_TOKEN\` \`/v1/alerts/{alertId}/raw\` /v1/runs/01a/alerts.ndjson?follow=true.\n\`\`\`sh\nROLE=api npm start\n\`\`\`\n`
    assert.deepEqual(faultsOfPage({ path: 'README.md', text }, facts), [])
  })
})

describe('an answer that a document shows', () => {
  const [one, other] = ['01a20d90-c339-740a-861b-cf135f7c5d60', '01a20d90-c53a-74b2-a753-16bc32003e2e']
  const fitting: readonly [shown: unknown, actual: unknown][] = [
    [{ a: 1 }, { a: 1, b: 2 }],
    [[{ a: 2 }], [{ a: 1 }, { a: 2 }]],
    [[], []],
    [
      { id: one, next: null },
      { id: other, next: null }
    ],
    [
      [one, one],
      [other, other]
    ],
    [{ createdAt: '2026-11-24T12:38:40.883Z' }, { createdAt: '2030-01-01T00:00:00.000Z' }]
  ]
  for (const [shown, actual] of fitting) {
    it(`${JSON.stringify(shown)} stands for ${JSON.stringify(actual)}`, () => assert.deepEqual(differencesOf(shown, actual), []))
  }

  const different: readonly [shown: unknown, actual: unknown][] = [
    [{ a: 1 }, { a: 2 }],
    [{ a: null }, {}],
    [{ a: 1 }, null],
    [{ a: { b: 1 } }, { a: [] }],
    [[{ a: 1 }], []],
    [[], [1]],
    [
      [1, 2],
      [2, 1]
    ],
    [
      [1, 1],
      [1, 2]
    ],
    [{ id: one }, { id: 'x' }],
    [{ id: one }, { id: null }],
    [
      { id: one, queryId: one },
      { id: one, queryId: other }
    ],
    [
      { id: one, queryId: other },
      { id: one, queryId: one }
    ],
    [{ timestamp: '2018-08-27T15:43:47.000Z' }, { timestamp: '2018-08-27T15:43:48.000Z' }],
    [{ createdAt: '2018-08-27T15:43:47.000Z' }, { createdAt: null }],
    [{ raw: '{ "id": 1 }' }, { raw: '{"id": 1}' }]
  ]
  for (const [shown, actual] of different) {
    it(`${JSON.stringify(shown)} does not stand for ${JSON.stringify(actual)}`, () => assert.notDeepEqual(differencesOf(shown, actual), []))
  }
})
