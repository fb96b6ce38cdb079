import { createContext, secretSettings } from '../context.ts'
import { spellingsOf } from '../mask.ts'
import type { InstalledBroker } from '../registry.ts'
import { type Heard, listenIn } from './listen-in.ts'
import { normalise } from './normalise.ts'
import type { Exchange, Scenario } from './scenario.ts'

const silence = { debug: () => {}, info: () => {}, warn: () => {} }
const mostRequests = 50

/**
 * Asks a broker and writes the conversation down as a scenario, with what the module makes of it. Each secret of the
 * operator is replaced by a made-up one, wherever and however it is spelled; throws when one would be left.
 */
export async function recordScenario(broker: InstalledBroker, parameters: Record<string, unknown>): Promise<Scenario> {
  const heard: Heard[] = []
  const feedback: string[] = []
  const checkpoints: string[] = []
  const stop = new AbortController()
  let asked = 0
  const { dispatcher, close } = listenIn(heard, () => {
    if (++asked >= mostRequests) stop.abort(new Error(`It takes ${mostRequests} requests and more: choose parameters that take fewer.`))
  })
  const context = createContext({
    broker,
    dispatcher,
    signal: stop.signal,
    log: silence,
    feedback: message => void feedback.push(message),
    checkpoint: token => void checkpoints.push(token)
  })
  const values = await Array.fromAsync(broker.module.fetchAlerts(structuredClone(parameters), context)).finally(close)
  const subject = { module: broker.module, folder: '', readme: '', scenarios: {} }
  const { alerts, rejections } = normalise(subject, values)
  const secrets = secretSettings(broker)
  return withoutSecrets(secrets, {
    about: 'Recorded; make the values up before you commit it.',
    parameters,
    ...(Object.keys(broker.settings).length > 0 && { settings: { ...broker.settings } }),
    exchanges: heard.map(one => toExchange(one, new URL(broker.baseUrl), Object.values(secrets))),
    alerts: [...alerts],
    ...(rejections.length > 0 && { rejections: rejections.length }),
    ...(feedback.length > 0 && { feedback }),
    ...(checkpoints.length > 0 && { checkpoints })
  })
}

function toExchange({ method, path, headers, body, status, answerHeaders, text }: Heard, root: URL, secrets: readonly string[]): Exchange {
  const telling = Object.entries(headers).filter(([, value]) => secrets.some(secret => value.includes(secret)))
  const { 'content-type': type = 'application/json', location } = answerHeaders
  const kept = { ...(!/\bjson\b/.test(type) && { 'content-type': type }), ...(location && { location: within(location, root) }) }
  return {
    ...(method === 'POST' && { method: 'POST' as const }),
    path: path.startsWith(root.pathname) ? path.slice(root.pathname.length) : path,
    ...(telling.length > 0 && { requestHeaders: Object.fromEntries(telling) }),
    ...(body !== null && { requestBody: readable(body) ?? body }),
    ...(status !== 200 && { status }),
    ...(Object.keys(kept).length > 0 && { headers: kept }),
    ...(readable(text) === undefined ? { text } : { body: readable(text) })
  }
}

/** The stand-in has another host: only the path is kept. */
function within(location: string, root: URL): string {
  const { pathname, search } = new URL(location, root)
  return pathname + search
}

/** A text as JSON.parse reads it; undefined when that would change it. */
function readable(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return JSON.stringify(value) === text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1') ? value : undefined
  } catch {
    return undefined
  }
}

function withoutSecrets(secrets: Readonly<Record<string, string>>, scenario: Scenario): Scenario {
  let text = JSON.stringify(scenario)
  for (const [name, secret] of Object.entries(secrets)) {
    const madeUp = `example-${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
    // A scenario is JSON in itself, so quotes and the like are escaped once more.
    for (const spelling of spellingsOf(secret).flatMap(one => [one, JSON.stringify(one).slice(1, -1)]))
      text = text.replaceAll(spelling, madeUp)
    if (text.includes(secret)) throw new Error(`The secret ${name} could not be taken out of what was recorded.`)
  }
  return JSON.parse(text)
}
