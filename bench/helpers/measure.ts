/** How long something took, over many times [ms]. */
export interface Timing {
  readonly p50: number
  readonly p99: number
}

/** Runs something so many times, one after the other, and tells how long it took. The first run does not count: it warms up. */
export async function time(times: number, work: (index: number) => Promise<unknown>): Promise<Timing> {
  await work(-1)
  const took: number[] = []
  for (let index = 0; index < times; index++) took.push(await once(() => work(index)))
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}

/** Runs something once and tells how long it took [ms]. */
export async function once(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Lets so many clients repeat something for a while [ms] and tells how often they did [1/s]. */
export async function rate(clients: number, milliseconds: number, work: (index: number) => Promise<unknown>): Promise<number> {
  let done = 0
  const start = performance.now()
  const client = async () => {
    while (performance.now() - start < milliseconds) await work(done++)
  }
  await Promise.all(Array.from({ length: clients }, client))
  return (done / (performance.now() - start)) * 1000
}

/** The value below which the given share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0
}

/** A number with as many digits as it deserves. */
export function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** Writes rows as a table of Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((cell, column) => Math.max(cell.length, ...rows.map(row => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(header), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
