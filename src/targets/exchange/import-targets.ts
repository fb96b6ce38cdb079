import type { Queryable } from '../../database.ts'
import { invalid, Problem } from '../../http/problems.ts'
import { type Creation, createTargets, type Outcome } from '../create-targets.ts'
import { ensureLists, findLists } from '../lists/store.ts'
import type { TargetTerms } from '../new-target-schemas.ts'
import { repeatOnRace } from '../repeat-on-race.ts'
import { type ImportedTarget, type ImportLine, type LineFault, toComplaint } from './import-line.ts'
import { inSavepoint, openStage, readStage, stageTargets } from './import-store.ts'
import type { ImportLink, ImportResult } from './schemas.ts'

/** Targets that one import can bring: it holds back all others who make some. */
const mostTargets = 100_000
const atOnce = 1000
/** Faults, and links to targets that existed, that an answer tells [count]. */
const mostLinksTold = 100
const mostFaultsTold = 10_000

interface Import {
  readonly creation: Omit<Creation, 'runId'>
  readonly terms: TargetTerms
  readonly lines: AsyncIterable<ImportLine>
}

/** Imports a file whole, or nothing of it: throws 422 with every line that is wrong, or whose target is not clear. */
export async function importTargets({ creation, terms, lines }: Import): Promise<ImportResult> {
  const { db } = creation
  await refuseUnknownList(db, terms)
  await openStage(db)
  const total = await stage(db, lines)
  // The file cannot be read again: what others overtake is done again from here.
  const { faults, links } = await repeatOnRace(() => inSavepoint(db, () => createAll({ creation, terms, total })))
  if (faults.count > 0) throw refusal(faults.told, { count: faults.count, total })
  return { lines: total, created: total - links.count, linked: links.count, links: links.told }
}

async function createAll({ creation, terms, total }: Omit<Import, 'lines'> & { readonly total: number }): Promise<Tally> {
  const tally = createTally()
  for (let after = 0; after < total; after += atOnce) {
    const targets = await readStage(creation.db, { after, limit: atOnce })
    const outcomes = await createStaged(creation, terms, targets)
    for (const [index, target] of targets.entries()) tally.count(target, outcomes[index])
  }
  return tally
}

async function refuseUnknownList(db: Queryable, { listId }: TargetTerms): Promise<void> {
  if (listId === undefined || (await findLists(db, [listId])).has(listId)) return
  throw invalid([{ pointer: '/listId', message: 'must be a target list' }], 'The query string does not fit.')
}

/** Reads all lines, so that all that is wrong is told at once, and before anybody has to wait for us. */
async function stage(db: Queryable, lines: AsyncIterable<ImportLine>): Promise<number> {
  const faults: LineFault[] = []
  let [faulty, staged, seen] = [0, 0, 0]
  let batch: ImportedTarget[] = []
  for await (const line of lines) {
    seen += 1
    if (seen > mostTargets) throw new Problem(413, `A file can bring at most ${mostTargets} targets: cut it in parts.`)
    if (line.faults) {
      faulty += 1
      if (faults.length < mostFaultsTold) faults.push(...line.faults)
    } else if (faulty === 0) batch.push(line.target)
    if (batch.length < atOnce) continue
    await stageTargets(db, staged, batch)
    staged += batch.length
    batch = []
  }
  if (faulty > 0) throw refusal(faults, { count: faulty, total: seen })
  if (batch.length > 0) await stageTargets(db, staged, batch)
  return staged + batch.length
}

async function createStaged(creation: Omit<Creation, 'runId'>, terms: TargetTerms, targets: readonly ImportedTarget[]): Promise<Outcome[]> {
  const names = targets.flatMap(({ lists }) => lists)
  const lists = await ensureLists(creation.db, names, creation.caller)
  const requests = targets.map(({ body, lists: listNames, history }) => ({
    body: { ...terms, ...body },
    listIds: listNames.flatMap(name => lists.get(name) ?? []),
    history
  }))
  return createTargets({ ...creation, runId: null }, requests)
}

/** What became of the targets: how many were not made, and the first of them. */
interface Tally {
  readonly faults: { count: number; readonly told: LineFault[] }
  readonly links: { count: number; readonly told: ImportLink[] }
  count(target: ImportedTarget, outcome: Outcome | undefined): void
}

function createTally(): Tally {
  const faults: Tally['faults'] = { count: 0, told: [] }
  const links: Tally['links'] = { count: 0, told: [] }
  const count = ({ line }: ImportedTarget, outcome: Outcome | undefined): void => {
    if (outcome === undefined || outcome.kind === 'created') return
    const list = outcome.kind === 'linked' ? links : faults
    list.count += 1
    if (list.told.length >= (list === links ? mostLinksTold : mostFaultsTold)) return
    if (outcome.kind === 'linked') links.told.push({ line, match: outcome.match })
    else faults.told.push({ line, column: outcome.kind === 'refuse' ? 'name' : '', message: messageOf(outcome) })
  }
  return { count, faults, links }
}

function messageOf(outcome: Exclude<Outcome, { kind: 'created' | 'linked' }>): string {
  if (outcome.kind === 'unfit') return outcome.complaints.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`).join('; ')
  return `${outcome.detail} (${outcome.matches.map(({ name }) => name).join(', ')})`
}

function refusal(faults: readonly LineFault[], { count, total }: { readonly count: number; readonly total: number }): Problem {
  const [first] = faults
  const where = first ? ` Line ${first.line}${first.column && `, column ${first.column}`}: ${first.message}.` : ''
  return new Problem(422, `${count} of ${total} lines cannot be imported, so nothing was.${where}`, {
    title: 'Invalid Request',
    errors: faults.slice(0, mostFaultsTold).map(toComplaint),
    extra: { faultyLines: count }
  })
}
