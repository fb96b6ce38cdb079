import type { AnyBrokerModule } from '../define-broker.ts'
import { type Field, fieldsOf, type SchemaView } from './schema-fields.ts'

/** The sections that the README of every module has, in this order. */
export const readmeSections = ['What it is', 'Parameters', 'Credentials', 'Limits', 'Checked against', 'Known gaps'] as const

/** Writes the table of a module's parameters as its README must hold it. */
export function parameterTable({ parameters }: Pick<AnyBrokerModule, 'parameters'>): string {
  const rows = fieldsOf(parameters).map(({ path, view, isRequired }: Field) => [
    `\`${path}\`${isRequired ? '' : ' (optional)'}`,
    typeName(view),
    view.description ?? '',
    view.examples === undefined ? '' : view.examples.map(example => `\`${JSON.stringify(example)}\``).join(', ')
  ])
  const lines = [['Parameter', 'Type', 'Meaning', 'Examples'], ['---', '---', '---', '---'], ...rows]
  return lines.map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`.replaceAll('  ', ' ')).join('\n')
}

function typeName({ type, enum: values, anyOf, items, format }: SchemaView): string {
  if (values !== undefined) return values.map(value => `\`${value}\``).join(', ')
  if (anyOf !== undefined) return anyOf.map(typeName).join(' or ')
  if (items !== undefined) return `list of ${typeName(items)}`
  if (format === 'date-time') return 'time'
  return [type ?? 'anything'].flat().join(' or ')
}

/** The text of each section of a README, by heading. */
export function sectionsOf(readme: string): Map<string, string> {
  const parts = readme.split(/^## /m).slice(1)
  return new Map(parts.map(part => [part.split('\n', 1).join().trim(), part.slice(part.indexOf('\n') + 1).trim()]))
}
