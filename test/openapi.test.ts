import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { openApiFile, openApiText } from '../src/openapi.ts'

type Node = Record<string, unknown>

const text = await openApiText()
const document: Node = JSON.parse(text)

describe('the OpenAPI document', () => {
  it('is the committed one', async () => {
    const committed = await readFile(openApiFile, 'utf8').catch(() => '')
    assert.ok(committed === text, 'openapi/openapi.json is stale: run `npm run openapi` and commit it')
  })

  it('names, explains and sorts every operation', () => {
    const known = new Set(nodesOf(document['tags']).map(tag => tag['name']))
    const ids = operations().map(({ operation }) => operation['operationId'])
    assert.equal(new Set(ids).size, ids.length, 'two operations have one operationId')
    for (const { operation, where } of operations()) {
      for (const field of ['operationId', 'summary', 'description']) {
        assert.match(String(operation[field] ?? ''), /\S/, `${where} has no ${field}`)
      }
      assert.ok(
        [operation['tags']].flat().length === 1 && [operation['tags']].flat().every(tag => known.has(tag)),
        `${where} wants one known tag`
      )
    }
  })

  it('says of every operation what it answers when all is well, and which problems there are', () => {
    for (const { operation, where } of operations()) {
      const responses = Object.entries(nodeOf(operation['responses']))
      assert.ok(
        responses.some(([status]) => status.startsWith('2')),
        `${where} has no answer`
      )
      for (const [status, response] of responses) {
        assert.match(String(nodeOf(response)['description']), /\S/)
        assert.notEqual(nodeOf(response)['description'], 'Default Response', `${where} does not describe its ${status}`)
        if (Number(status) < 400) continue
        assert.deepEqual(nodeOf(response)['content'], { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } })
      }
    }
  })

  it('has one media type for an operation to take, and one to answer', () => {
    for (const { operation, where } of operations()) {
      const ok = Object.entries(nodeOf(operation['responses'])).filter(([status]) => status.startsWith('2'))
      const answered = new Set(ok.flatMap(([, response]) => Object.keys(nodeOf(nodeOf(response)['content']))))
      assert.ok(answered.size <= 1, `${where} answers ${[...answered].join(' and ')}`)
      assert.ok(Object.keys(nodeOf(nodeOf(operation['requestBody'])['content'])).length <= 1, `${where} takes several media types`)
    }
  })

  it('closes every object that a client sends', () => {
    for (const { operation, where } of operations()) {
      for (const media of Object.values(nodeOf(nodeOf(operation['requestBody'])['content']))) {
        const body = nodeOf(nodeOf(media)['schema'])
        for (const schema of variantsOf(body['type'] === 'array' ? body['items'] : body)) {
          if (schema['type'] !== 'string') assert.equal(schema['additionalProperties'], false, `${where} takes unknown fields`)
        }
      }
    }
  })

  it('names its components, says null as `type: [T, null]`, and lists values as enums', () => {
    for (const { node, pointer } of walk(document)) {
      assert.ok(!('nullable' in node), `${pointer} is OpenAPI 3.0`)
      if (typeof node['$ref'] === 'string') assert.ok(resolve(node['$ref']), `${pointer} leads nowhere`)
      const members = nodesOf(node['anyOf'])
      const nulls = members.filter(member => member['type'] === 'null')
      if (nulls.length > 0)
        assert.ok(
          members.some(member => '$ref' in member),
          `${pointer} should be type: [T, 'null']`
        )
      assert.ok(!members.some(member => 'const' in member), `${pointer} should be an enum`)
    }
    for (const name of Object.keys(schemas())) assert.match(name, /^[A-Z][A-Za-z]+$/)
  })

  it('gives every identifier as a string', () => {
    for (const { node, pointer } of walk(document)) {
      for (const [name, property] of Object.entries(nodeOf(node['properties']))) {
        if (!/^id$|Id$/.test(name) || '$ref' in nodeOf(property)) continue
        assert.ok([nodeOf(property)['type']].flat().includes('string'), `${pointer}/properties/${name} is no string`)
      }
    }
  })

  it('gives only examples that are valid', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    formats.default(ajv)
    ajv.addSchema(document, 'openapi')
    let count = 0
    for (const { node, pointer } of walk(document)) {
      const examples = [...(Array.isArray(node['examples']) ? node['examples'] : []), ...('example' in node ? [node['example']] : [])]
      const at = 'schema' in node ? `${pointer}/schema` : pointer
      for (const example of examples) {
        const validate = ajv.getSchema(`openapi#${encodeURI(at)}`)
        assert.ok(validate?.(example), `${pointer}: ${JSON.stringify(example)} ${ajv.errorsText(validate?.errors)}`)
        count += 1
      }
    }
    assert.ok(count > 0)
  })
})

function operations() {
  return Object.entries(nodeOf(document['paths'])).flatMap(([path, item]) =>
    Object.entries(nodeOf(item)).map(([method, operation]) => ({ operation: nodeOf(operation), where: `${method.toUpperCase()} ${path}` }))
  )
}

function schemas(): Node {
  return nodeOf(nodeOf(document['components'])['schemas'])
}

function variantsOf(schema: unknown): Node[] {
  const node = nodeOf(schema)
  if (typeof node['$ref'] === 'string') return variantsOf(resolve(node['$ref']))
  const alternatives = [...nodesOf(node['anyOf']), ...nodesOf(node['oneOf'])]
  return alternatives.length > 0 ? alternatives.flatMap(variantsOf) : [node]
}

function resolve(pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((node, member) => nodeOf(node)[member], document)
}

function* walk(value: unknown, pointer = ''): Generator<{ node: Node; pointer: string }> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield { node: nodeOf(value), pointer }
  for (const [member, content] of Object.entries(value))
    yield* walk(content, `${pointer}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nodeOf(value: unknown): Node {
  return isNode(value) ? value : {}
}

function nodesOf(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}
