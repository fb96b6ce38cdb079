import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { delimiter, dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import type { CodeBlock } from './markdown.ts'

/** Why blocks cannot be run on this machine; false when they can. */
export const cannotRunBlocks = spawnSync('bash', ['-c', 'curl --version']).status !== 0 && 'there is no bash or no curl on this machine'

/** Runs blocks of code in their order in one bash, and answers what each of them wrote. */
export async function runBlocks(blocks: readonly CodeBlock[], variables: Readonly<Record<string, string>>): Promise<string[]> {
  const mark = `end of block ${randomUUID()}`
  const script = ['set -eu -o pipefail', ...blocks.flatMap(block => [block.text, `printf '%s' '${mark}'`])].join('\n')
  const PATH = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter)
  const child = spawn('bash', ['-c', script], { env: { ...variables, PATH }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, complaints, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const outputs = output.split(mark)
  const [last = ''] = outputs.splice(-1)
  if (code === 0) return outputs
  throw new Error(`The block in line ${blocks[outputs.length]?.line} failed with ${code}. It wrote: ${last}${complaints}`)
}
