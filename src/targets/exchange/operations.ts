import { type TSchema, Type } from '@sinclair/typebox'
import { ref } from '../../http/openapi.ts'
import { problemResponses } from '../../http/problems.ts'
import { TargetChoice } from '../filter-schemas.ts'
import { ImportQuery, ImportResult, TargetRecord } from './schemas.ts'

const tags = ['Targets']

/** Media types of what is exchanged. */
export const csvType = 'text/csv'
export const ndjsonType = 'application/x-ndjson'
export const jsonType = 'application/json'

const inMedia = (mediaType: string, { description, schema }: { readonly description: string; readonly schema: TSchema }) =>
  Type.Unsafe<string>({ description, content: { [mediaType]: { schema } } })

const choice = 'The filters are those of the list of targets. All is as it was at one moment, and comes in the order in which it was made.'

export const exportCsv = {
  operationId: 'exportTargetsCsv',
  summary: 'Export targets as CSV',
  description: `Targets with the columns of the TOM Toolkit: its fields, one column for each key of the extras, \`name2\`, \`name3\`... for aliases, and \`groups\` for the names of target lists. What would be read as a number or a truth value, but is a text, stands in quotes. An extra whose key means something else as the name of a column is written as \`extra:\` and the key. ${choice}`,
  tags,
  querystring: TargetChoice,
  response: {
    200: inMedia(csvType, { description: 'A header and one line for each target.', schema: Type.String() }),
    ...problemResponses(503)
  }
}

export const exportNdjson = {
  operationId: 'exportTargets',
  summary: 'Export targets as NDJSON',
  description: `Targets as JSON objects, one a line. ${choice}`,
  tags,
  querystring: TargetChoice,
  response: {
    200: inMedia(ndjsonType, { description: 'TargetRecord objects, one a line.', schema: ref(TargetRecord) }),
    ...problemResponses(503)
  }
}

export const exportJson = {
  operationId: 'exportTargetsJson',
  summary: 'Export targets as JSON',
  description: `Targets as one JSON array, written as it is read. ${choice}`,
  tags,
  querystring: TargetChoice,
  response: {
    200: inMedia(jsonType, { description: 'All targets.', schema: Type.Array(ref(TargetRecord)) }),
    ...problemResponses(503)
  }
}

const whole =
  'At most 100,000 targets. The file is imported whole, or nothing of it: 422 tells every line that is wrong, or whose target is not clear, in `errors`, with `line` and `column` (the first 10,000 of them; `faultyLines` counts all). A target that is there already, by the rules of POST /v1/targets, gets the new names and lists; with `onMatch=create` those that are close together stay apart.'
const imported = { 200: ref(ImportResult), ...problemResponses(413, 415, 422, 503) }

export const importCsv = {
  operationId: 'importTargetsCsv',
  summary: 'Import targets from CSV',
  description: `Makes targets of the TOM Toolkit's CSV, in any order of columns: its fields, \`name2\`, \`name3\`... are aliases, \`groups\` names target lists, separated by commas, which are made when there are none, and all other columns are extras. Positions may be sexagesimal. \`type\` may be left out: what has a \`scheme\` moves. ${whole}`,
  tags,
  consumes: [csvType],
  querystring: ImportQuery,
  body: Type.String({ description: 'A header and one line for each target, as UTF-8.', examples: ['name,ra,dec\r\nTatooine,32,-20\r\n'] }),
  response: imported
}

export const importNdjson = {
  operationId: 'importTargets',
  summary: 'Import targets from NDJSON',
  description: `Makes targets of JSON objects, one a line, as the export writes them. ${whole}`,
  tags,
  consumes: [ndjsonType],
  querystring: ImportQuery,
  body: ref(TargetRecord),
  response: imported
}

export const importJson = {
  operationId: 'importTargetsJson',
  summary: 'Import targets from JSON',
  description: `Makes targets of one JSON array of objects, as the export writes it; \`line\` is the place in the array, from 1. ${whole}`,
  tags,
  consumes: [jsonType],
  querystring: ImportQuery,
  body: Type.Array(ref(TargetRecord)),
  response: imported
}
