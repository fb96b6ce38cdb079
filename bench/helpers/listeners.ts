import { fork } from 'node:child_process'
import { on } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Those who follow a stream of lines, in a process of their own. */
export interface Listeners {
  /** Waits until all of them have so many lines; answers when each of them had the last of these [ms since 1970]. */
  heard(lines: number): Promise<number[]>
  close(): void
}

/** Starts so many listeners to one stream. */
export async function startListeners(url: string, count: number): Promise<Listeners> {
  const child = fork(fileURLToPath(new URL('listener-process.ts', import.meta.url)), [url, String(count)])
  const lines: number[][] = []
  const messages = on(child, 'message')
  const heard = async (wanted: number): Promise<number[]> => {
    while (lines.length < wanted) {
      const { value, done } = await messages.next()
      if (done) throw new Error('The listeners are gone.')
      lines.push(value[0])
    }
    return lines[wanted - 1] ?? []
  }
  return { heard, close: () => void child.kill() }
}
