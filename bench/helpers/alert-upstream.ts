// The stand-in for a broker, as a process of its own: node bench/helpers/alert-upstream.ts; it writes its address in one line.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

const distinctBodies = 500
const alertsAtOnce = 200

/** What alerts of LSST mostly are: about a hundred measurements. */
function bodyOf(seed: number, bytes: number): string {
  const fields: string[] = []
  let state = seed + 1
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  for (let length = 0, index = 0; length < bytes; index++) {
    const field = `"measurement${index}":${(next() * 10_000 - 5000).toPrecision(9)}`
    fields.push(field)
    length += field.length + 1
  }
  return fields.join(',')
}

function alertText(number: number, body: string): string {
  const ra = (number * 137.50776405) % 360
  const dec = ((number * 0.37) % 180) - 90
  const ids = `"diaSourceId":${170_587_116_732_400_000n + BigInt(number)},"diaObjectId":${313_761_043_604_000_000n + BigInt(number % 1_000_000)}`
  return `{${ids},"midpointMjdTai":${61_300 + number / 1e6},"ra":${ra},"dec":${dec},"psfMag":20.5,"reliability":0.97,"band":"r",${body}}`
}

const bodiesBySize = new Map<number, readonly string[]>()

function bodiesOf(bytes: number): readonly string[] {
  const bodies = bodiesBySize.get(bytes) ?? Array.from({ length: distinctBodies }, (_, seed) => bodyOf(seed, Math.max(0, bytes - 210)))
  bodiesBySize.set(bytes, bodies)
  return bodies
}

async function send(response: ServerResponse, { count, first, bytes }: { count: number; first: number; bytes: number }): Promise<void> {
  const bodies = bodiesOf(bytes)
  response.writeHead(200, { 'content-type': 'application/json' })
  for (let sent = 0; sent < count; sent += alertsAtOnce) {
    const alerts = Array.from({ length: Math.min(alertsAtOnce, count - sent) }, (_, index) =>
      alertText(first + sent + index, bodies[(sent + index) % distinctBodies] ?? '')
    )
    if (response.destroyed) return
    if (!response.write((sent === 0 ? '[' : ',') + alerts.join(','))) await writable(response)
  }
  response.end(count === 0 ? '[]' : ']')
}

/** Waits until the client has read on, or is gone. */
async function writable(response: ServerResponse): Promise<void> {
  const over = new AbortController()
  const waits = ['drain', 'close'].map(event => once(response, event, { signal: over.signal }).catch(() => {}))
  await Promise.race(waits)
  over.abort()
}

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://upstream')
  const numberOf = (name: string) => Number(searchParams.get(name))
  void send(response, { count: numberOf('count'), first: numberOf('first'), bytes: numberOf('bytes') })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) process.stdout.write(`http://127.0.0.1:${address.port}/\n`)
})
