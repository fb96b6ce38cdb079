import type { BrokerErrorKind } from '../../errors.ts'
import type { Failure } from '../stand-in.ts'
import { anyKind, type ContentFault, type ContentFaults } from './content-fault.ts'

const page = '<!doctype html><html><body><h1>Down for maintenance</h1></body></html>'

const kindOfStatus: readonly (readonly [status: number, kind: BrokerErrorKind])[] = [
  [400, 'query-rejected'],
  [401, 'unauthorized'],
  [403, 'unauthorized'],
  [404, 'not-found'],
  [429, 'rate-limited'],
  [500, 'unreachable'],
  [503, 'unreachable']
]

/** Answers that say no, and requests that get none. */
export const refusals: ContentFaults = {
  ...Object.fromEntries(kindOfStatus.map(([status, kind]) => [`status ${status}`, instead({ status, text: '{"message":"no"}' }, [kind])])),
  'a connection that is reset': instead('reset', ['unreachable']),
  'a connection that breaks off within the answer': instead('broken off', ['unreachable', 'bad-response']),
  silence: instead('silence', ['unreachable'])
}

/** Answers with status 200 that are none. */
export const nonsense: ContentFaults = {
  'HTML with status 200': instead({ status: 200, text: page }, ['bad-response']),
  'HTML that says it is JSON': instead({ status: 200, text: page, headers: { 'content-type': 'application/json' } }, ['bad-response']),
  'an error in an answer with status 200': instead(
    { status: 200, text: '{"status":"error","error":"no","message":"no","errors":{"a":"no"}}' },
    anyKind
  ),
  'JSON that is cut off': instead('cut', ['bad-response']),
  ...Object.fromEntries(
    ['null', '7', 'NaN', '"no"', ''].map(text => [`the body ${text || 'of no bytes'}`, instead({ status: 200, text }, ['bad-response'])])
  )
}

/** Has every request get this, and then only the last: what came before must not hide it. */
function instead(how: Failure, kinds: readonly BrokerErrorKind[]): ContentFault {
  const limits = how === 'silence' ? { requestTimeout: 150 } : {}
  return {
    kinds,
    mayEnd: 'never',
    variations: ({ requests }) =>
      [...new Set([0, requests.length - 1])].map(from => ({
        title: `from request ${from + 1} on`,
        options: { failure: { how, from }, limits }
      }))
  }
}
