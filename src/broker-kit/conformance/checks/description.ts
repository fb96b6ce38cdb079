import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { compileCheck } from '../../../domain/schema.ts'
import { settingVariable } from '../../broker-variables.ts'
import { parameterTable, readmeSections, sectionsOf } from '../readme.ts'
import { branchesOf, type Field, fieldsOf, type SchemaView, typesOf } from '../schema-fields.ts'
import { type ConformanceChecks, install, type Subject } from '../subject.ts'

/** What a module says of itself. */
export const descriptionChecks: ConformanceChecks = {
  'the registry takes the module, and its id is the name of its folder': subject => {
    install(subject)
    assert.equal(basename(subject.folder), subject.module.id)
  },

  'the module says who it is': ({ module }) => {
    assert.match(module.docs, /^https?:\/\/\S+$/, 'docs is no web address')
    assert.ok(module.baseUrl.endsWith('/'), 'baseUrl does not end in a slash')
    assert.ok(module.scoreDescription.length >= 8, 'scoreDescription says nothing')
  },

  'every parameter and setting is described': ({ module }) => {
    for (const { path, view } of allFields(module)) {
      assert.ok(typeof view.description === 'string' && view.description.length >= 8, `${path} has no description`)
    }
  },

  'every number has its unit in brackets': ({ module }) => {
    for (const { path, schema, view } of allFields(module)) {
      const types = typesOf(schema)
      if (!types.has('number') && !types.has('integer')) continue
      assert.match(view.description ?? '', /\[[^\]]+\]/, `${path} has no [unit]`)
    }
  },

  'defaults and examples fit their own schema': ({ module }) => {
    for (const { path, schema, view } of allFields(module)) {
      const fits = compileCheck(schema)
      const given: unknown[] = [...(view.examples ?? []), ...('default' in view ? [view.default] : [])]
      for (const value of given) assert.ok(fits(value), `${path}: ${JSON.stringify(value)} does not fit`)
    }
  },

  'unknown parameters are refused, at every depth': subject => {
    const { module, scenarios } = subject
    const { parameterComplaints } = install(subject)
    for (const { path, schema } of [{ path: 'parameters', schema: module.parameters }, ...fieldsOf(module.parameters)]) {
      for (const view of [schema, ...branchesOf(schema)] as SchemaView[]) {
        if (view.properties) assert.equal(view.additionalProperties, false, `${path} takes members that it does not know`)
      }
    }
    for (const [name, { parameters }] of Object.entries(scenarios)) {
      assert.deepEqual(parameterComplaints(parameters), [], `${name}: the parameters do not fit`)
      assert.ok(parameterComplaints({ ...parameters, unknownParameter: 1 }).length > 0, `${name}: an unknown parameter is taken`)
    }
  },

  'rules across parameters answer complaints and never throw': subject => {
    const { parameterComplaints } = install(subject)
    for (const parameters of parameterSets(subject)) {
      for (const { pointer, message } of parameterComplaints(parameters)) {
        assert.match(pointer, /^(\/|$)/, `${JSON.stringify(pointer)} is no JSON Pointer`)
        assert.ok(message.length > 0)
      }
    }
  },

  'the README has its sections and a current table of parameters': ({ module, readme }) => {
    const sections = sectionsOf(readme)
    assert.deepEqual([...sections.keys()], readmeSections)
    for (const [heading, text] of sections) assert.ok(text.length > 0, `## ${heading} is empty`)
    const table = parameterTable(module)
    assert.ok(asWritten(sections.get('Parameters') ?? '').includes(asWritten(table)), `## Parameters must hold this table:\n\n${table}\n`)
    for (const name of Object.keys(module.settings?.properties ?? {})) {
      const variable = settingVariable(module.id, name)
      assert.ok(sections.get('Credentials')?.includes(variable), `## Credentials does not name ${variable}`)
    }
  },

  'fixtures hold no secret': ({ module, scenarios }) => {
    const secretNames = Object.entries(module.settings?.properties ?? {}).filter(([, schema]) => schema['writeOnly'] === true)
    for (const [scenario, { settings = {}, exchanges }] of Object.entries(scenarios)) {
      for (const [name] of secretNames) if (name in settings) assertMadeUp(`${scenario}: ${name}`, settings[name])
      for (const { path, requestHeaders = {} } of exchanges) {
        const query = [...new URL(path, 'http://stand-in').searchParams]
        const suspicious = [...Object.entries(requestHeaders), ...query].filter(([name]) => secretName.test(name))
        for (const [name, value] of suspicious) assertMadeUp(`${scenario}: ${name}`, value)
      }
    }
  }
}

/** The text of a table, however its columns are aligned. */
function asWritten(table: string): string {
  return table.replace(/ +/g, ' ').replace(/-{3,}/g, '---')
}

const secretName = /^(authorization|cookie|.*(token|secret|password|api[-_]?key).*|key)$/i

function assertMadeUp(where: string, value: unknown): void {
  assert.match(String(value), /example-[a-z0-9-]{6,}/, `${where}: begin made-up secrets with example-, and never record a real one`)
}

function allFields({ parameters, settings }: Subject['module']): Field[] {
  return [...fieldsOf(parameters), ...(settings ? fieldsOf(settings) : [])]
}

/** Parameters that fit the schema: those of the scenarios, with each example of each parameter put in. */
function parameterSets({ module, scenarios }: Subject): Record<string, unknown>[] {
  const examples = Object.entries(module.parameters.properties).flatMap(([name, schema]) => {
    const { examples: given = [] }: SchemaView = schema
    return given.map((example): [string, unknown] => [name, example])
  })
  return Object.values(scenarios).flatMap(({ parameters }) => [
    parameters,
    { ...parameters, ...Object.fromEntries(examples) },
    ...examples.map(([name, example]) => ({ ...parameters, [name]: example }))
  ])
}
