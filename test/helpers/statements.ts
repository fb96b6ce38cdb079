import type { TestContext } from 'node:test'
import pg from 'pg'

/** A statement that went to the database. */
export interface Statement {
  readonly text: string
  readonly values: unknown[]
}

/** What a worker asks by itself each second. */
const polls = /"nextRunsAt"\[1\] <= now\(\)|FROM "Outbox" WHERE topic/

/** Writes down the statements of this process until the test ends; not what a worker asks by itself, by default nothing about runs. */
export function recordStatements(context: TestContext, counts = ({ text }: Statement) => !text.includes('"Run"')): Statement[] {
  const statements: Statement[] = []
  const { query } = pg.Client.prototype
  context.mock.method(pg.Client.prototype, 'query', function (this: pg.Client, ...parameters: unknown[]) {
    const statement = statementOf(parameters)
    if (!polls.test(statement.text) && counts(statement)) statements.push(statement)
    return Reflect.apply(query, this, parameters)
  })
  return statements
}

function statementOf([first, second]: unknown[]): Statement {
  const config = typeof first === 'object' && first !== null ? first : { text: first, values: second }
  const text = 'text' in config && typeof config.text === 'string' ? config.text : ''
  return { text, values: 'values' in config && Array.isArray(config.values) ? config.values : Array.isArray(second) ? second : [] }
}

/** Asks the database how it would run a statement. */
export async function planOf(pool: pg.Pool, { text, values }: Statement): Promise<string> {
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values)
  return rows.map(row => row['QUERY PLAN']).join('\n')
}
