import {
  type BrokerContext,
  BrokerError,
  type BrokerErrorKind,
  compileCheck,
  isBrokerError,
  type Static,
  Type
} from '../../broker-kit/index.ts'

const inHeader = '[ !#-\\[\\]-~]'

/** What an operator must set: a bot, which any account can make on the website of TNS. */
export const TnsSettings = Type.Object(
  {
    apiKey: Type.String({ pattern: '^[!-~]{1,200}$', writeOnly: true, description: 'API key of the bot.' }),
    botId: Type.String({ pattern: '^[0-9]{1,12}$', description: 'Number of the bot, its TNS id.' }),
    botName: Type.String({ pattern: `^${inHeader}{1,100}$`, description: 'Name of the bot.' })
  },
  { additionalProperties: false }
)

/** What the module is given for one call. */
export type TnsContext = BrokerContext<Static<typeof TnsSettings>>

/** Asks TNS, and answers what stands under `data`, with its own text. */
export async function askTns(path: 'get/search' | 'get/object', question: object, { http, settings }: TnsContext): Promise<unknown> {
  const { apiKey, botId, botName } = settings
  const marker = `tns_marker${JSON.stringify({ tns_id: botId, type: 'bot', name: botName })}`
  try {
    return await http.json(path, Type.Unknown(), {
      headers: { 'user-agent': marker },
      form: { api_key: apiKey, data: JSON.stringify(question) },
      idempotent: true,
      inBandError: refusalIn,
      at: ['data']
    })
  } catch (error) {
    throw isMaintenance(error) ? laterAgain(error) : error
  }
}

const hasCode = compileCheck(
  Type.Object({ id_code: Type.Unsafe<string | number>({ type: ['integer', 'string'] }), id_message: Type.Optional(Type.Unknown()) })
)

/** Finds what TNS reports inside an answer: another `id_code` than 200. */
function refusalIn(body: unknown): BrokerError | undefined {
  if (!hasCode(body) || Number(body.id_code) === 200) return undefined
  const message = typeof body.id_message === 'string' ? `: ${body.id_message.slice(0, 300)}` : ''
  return new BrokerError(kindOfCode(Number(body.id_code)), `TNS answers ${body.id_code}${message}`)
}

function kindOfCode(code: number): BrokerErrorKind {
  if (code === 401 || code === 403) return 'unauthorized'
  if (code === 404) return 'not-found'
  if (code === 429) return 'rate-limited'
  if (code >= 500) return 'unreachable'
  return code >= 400 ? 'query-rejected' : 'bad-response'
}

// While it is maintained, TNS answers everything with a web page and the status 200.
function isMaintenance(error: unknown): error is BrokerError {
  return isBrokerError(error) && error.kind === 'bad-response' && error.message.includes('answered with a web page')
}

function laterAgain({ message, upstreamStatus }: BrokerError): BrokerError {
  return new BrokerError('bad-response', message, { retryable: true, ...(upstreamStatus !== null && { upstreamStatus }) })
}
