import { shortestSecret } from './variables.ts'

/** A caller, and the secret that proves who calls. */
export interface ApiToken {
  readonly name: string
  readonly secret: string
}

/** Reads `name:secret,name:secret`. The faults count entries instead of quoting them: any part of one may be a secret. */
export function readTokens(text: string): { tokens: ApiToken[]; faults: string[] } {
  const entries = text.split(',').map(entry => entry.trim())
  const tokens: ApiToken[] = []
  const faults: string[] = []
  for (const [index, entry] of entries.entries()) {
    const { name = '', secret = '' } = /^(?<name>[^:]*):(?<secret>.*)$/.exec(entry)?.groups ?? {}
    const fault = faultOf({ name, secret }, tokens)
    if (fault) faults.push(`API_TOKENS: entry ${index + 1} of ${entries.length} ${fault}`)
    else tokens.push({ name, secret })
  }
  return { tokens, faults }
}

function faultOf({ name, secret }: ApiToken, earlier: readonly ApiToken[]): string | undefined {
  if (!/^[\w.-]{1,100}$/.test(name)) return 'must be name:secret, where the name is of letters, digits, ".", "_" and "-".'
  if (secret.length < shortestSecret) return `has a secret of ${secret.length} characters; it must have at least ${shortestSecret}.`
  if (!/^[!-~]+$/.test(secret)) return 'has a secret that a request header cannot carry; it must be of visible ASCII characters.'
  if (earlier.some(token => token.name === name)) return 'has the name of an earlier entry; each caller must have a name of its own.'
  if (earlier.some(token => token.secret === secret))
    return 'has the secret of an earlier entry; each caller must have a secret of its own.'
  return undefined
}
