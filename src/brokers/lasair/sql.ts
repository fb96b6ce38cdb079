import type { LasairParameters } from './parameters.ts'
import type { LasairQuery } from './requests.ts'
import type { LasairSurvey } from './survey.ts'

/** The conditions of a user, cut where WHERE ends; the rest is GROUP BY, HAVING, ORDER BY. */
interface Conditions {
  readonly where: string
  readonly rest: string
  readonly isOrdered: boolean
}

/** Makes the query that the parameters ask for; `newerThan` narrows the last detection [UTC]. */
export function composeQuery(survey: LasairSurvey, parameters: LasairParameters, newerThan: string | null): LasairQuery {
  const { className, order, conditions = '' } = parameters
  const tables = [parameters.tables ?? 'objects', ...(className ? ['sherlock_classifications'] : [])].join(', ')
  const { where, rest, isOrdered } = splitConditions(conditions)
  // Lasair joins the tables by further conditions in front of these: without the parentheses, an OR would undo them.
  const terms = [...(where ? [`(${where})`] : []), ...termsOf(survey, parameters, newerThan)]
  const id = `objects.${survey.columns.id}`
  const chosen = order ? `${order.by} ${order.direction === 'descending' ? 'DESC' : 'ASC'}, ` : ''
  // Pages hold together only in an order without ties.
  const ordered = isOrdered ? `${rest}, ${id}` : `${rest} ORDER BY ${chosen}${id}`.trim()
  const startsWithOrder = isOrdered ? /^order/i.test(rest) : rest === ''
  const whole = terms.length > 0 || startsWithOrder ? terms : ['TRUE']
  return { selected: selectionOf(survey, tables, parameters.selected), tables, conditions: [whole.join(' AND '), ordered].join(' ').trim() }
}

/** Makes the query for the rows of some objects. */
export function queryForIds(survey: LasairSurvey, ids: readonly string[]): LasairQuery {
  const id = `objects.${survey.columns.id}`
  const list = ids.map(survey.literalOf).join(',')
  return { selected: selectionOf(survey, 'objects'), tables: 'objects', conditions: `${id} IN (${list}) ORDER BY ${id}` }
}

/** Hides what stands in quotes, so that only SQL is left to look at. */
export function withoutTexts(sql: string): string {
  return sql.replace(/'[^']*'|"[^"]*"/g, text => '_'.repeat(text.length))
}

/** Tells whether conditions say an order. */
export function saysOrder(conditions: string): boolean {
  return splitConditions(conditions).isOrdered
}

function splitConditions(conditions: string): Conditions {
  const sql = withoutTexts(conditions)
  const end = sql.search(/\b(group\s+by|having|order\s+by)\b/i)
  const isOrdered = /\border\s+by\b/i.test(sql)
  return end === -1
    ? { where: conditions.trim(), rest: '', isOrdered }
    : { where: conditions.slice(0, end).trim(), rest: conditions.slice(end).trim(), isOrdered }
}

function termsOf({ columns, timeOf }: LasairSurvey, parameters: LasairParameters, newerThan: string | null): string[] {
  const { className, minDetections, lastDetection } = parameters
  const last = `objects.${columns.lastDetection}`
  const earliest = [lastDetection?.after, newerThan].flatMap(time => (typeof time === 'string' ? [timeOf(time)] : []))
  return [
    ...(className === undefined ? [] : [`sherlock_classifications.classification = "${className}"`]),
    ...(minDetections === undefined ? [] : [`objects.${columns.detections} >= ${minDetections}`]),
    ...(earliest.length === 0 ? [] : [`${last} >= ${Math.max(...earliest)}`]),
    ...(lastDetection?.before === undefined ? [] : [`${last} <= ${timeOf(lastDetection.before)}`])
  ]
}

/** The columns that make an alert, with names of their own where a user's columns could have the same. */
function selectionOf({ columns }: LasairSurvey, tables: string, further?: string): string {
  const joined = (table: string) => tables.split(',').some(name => name.trim().toLowerCase() === table)
  return [
    ...columns.selected.map(column => `objects.${column}`),
    ...(joined('sherlock_classifications') ? ['sherlock_classifications.classification AS sherlock_class'] : []),
    ...(joined('crossmatch_tns') ? ['crossmatch_tns.tns_name', 'crossmatch_tns.tns_prefix', 'crossmatch_tns.type AS tns_type'] : []),
    ...(further === undefined ? [] : [further])
  ].join(', ')
}
