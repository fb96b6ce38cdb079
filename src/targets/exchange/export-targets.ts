import { numberFields } from '../fields.ts'
import { columnOf, extraColumn } from './csv-columns.ts'
import { extraCell } from './csv-extras.ts'
import { csvCell } from './csv-text.ts'
import type { ExportedTarget, Extent, Snapshot } from './export-store.ts'

const lineEnd = '\r\n'
const numberNames = Object.keys(numberFields)
/** In the order of the TOM Toolkit. */
const fieldColumns = ['name', 'type', 'created', 'modified', 'permissions']

/** Writes the targets of a snapshot as the TOM Toolkit's CSV. */
export async function* csvOf(snapshot: Snapshot): AsyncGenerator<string> {
  const extent = await snapshot.extent()
  yield headerOf(extent).map(csvCell).join(',') + lineEnd
  for await (const targets of snapshot.batches()) yield targets.map(target => rowOf(target, extent) + lineEnd).join('')
}

function headerOf({ extraKeys, mostAliases, hasLists }: Extent): string[] {
  return [
    ...fieldColumns,
    ...numberNames.flatMap(field => (field === 'epochOfElements' ? ['scheme', columnOf(field)] : [columnOf(field)])),
    ...extraKeys.map(extraColumn),
    ...Array.from({ length: mostAliases }, (_, index) => `name${index + 2}`),
    ...(hasLists ? ['groups'] : [])
  ]
}

function rowOf(target: ExportedTarget, { extraKeys, mostAliases, hasLists }: Extent): string {
  const { name, type, permissions, scheme, createdAt, modifiedAt, aliases, extras, lists } = target
  const numbers = numberNames.flatMap(field => {
    const value = numberCell(target, field)
    return field === 'epochOfElements' ? [scheme ?? '', value] : [value]
  })
  return [
    csvCell(name),
    type,
    createdAt.toISOString(),
    modifiedAt.toISOString(),
    permissions,
    ...numbers,
    ...extraKeys.map(key => {
      const value = Object.hasOwn(extras, key) ? extras[key] : undefined
      return value === undefined ? '' : extraCell(value)
    }),
    ...Array.from({ length: mostAliases }, (_, index) => csvCell(aliases[index] ?? '')),
    ...(hasLists ? [csvCell(lists.join(','))] : [])
  ].join(',')
}

function numberCell(target: object, field: string): string {
  const value: unknown = Reflect.get(target, field)
  return value === null ? '' : String(value)
}

/** Writes the targets of a snapshot as JSON objects, one a line; what is not known is left out. */
export async function* ndjsonOf(snapshot: Snapshot): AsyncGenerator<string> {
  for await (const targets of snapshot.batches()) yield targets.map(target => `${JSON.stringify(recordOf(target))}\n`).join('')
}

/** Writes the targets of a snapshot as one JSON array, a target a line. */
export async function* jsonOf(snapshot: Snapshot): AsyncGenerator<string> {
  let lead = '[\n'
  for await (const targets of snapshot.batches()) {
    yield lead + targets.map(target => JSON.stringify(recordOf(target))).join(',\n')
    lead = ',\n'
  }
  yield lead === ',\n' ? '\n]\n' : '[]\n'
}

function recordOf({ name, type, aliases, extras, lists, ...rest }: ExportedTarget): object {
  const known = Object.entries(rest).filter(([, value]) => value !== null)
  return {
    name,
    type,
    ...(aliases.length > 0 && { aliases }),
    ...Object.fromEntries(known),
    ...(Object.keys(extras).length > 0 && { extras }),
    ...(lists.length > 0 && { lists })
  }
}
