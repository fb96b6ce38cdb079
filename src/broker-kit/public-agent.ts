import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent, type Dispatcher } from 'undici'
import { lettingGo } from './let-go.ts'
import { isPrivateAddress } from './private-addresses.ts'

/** Says that a name leads to a private address. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError'
  readonly code = 'ERR_PRIVATE_ADDRESS'
  readonly address: string

  constructor(address: string) {
    super(`leads to ${address}, a private address`)
    this.address = address
  }
}

/** Finds all addresses of a name, as node:dns does. */
export type LookupAll = (
  name: string,
  options: { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void
) => void

/**
 * Makes an agent that connects to no private address by whatever name. Each connection is made to one of the addresses
 * that were checked for it, so a name that changes its mind gains nothing.
 */
export function createPublicAgent(lookupAll: LookupAll = systemLookup): Dispatcher {
  const lookup: LookupFunction = (name, options, done) => {
    lookupAll(name, { ...options, all: true }, (error, addresses) => {
      const hidden = addresses?.find(({ address }) => isPrivateAddress(address))
      if (error || hidden) return done(error ?? new PrivateAddressError(hidden?.address ?? ''), [])
      const [first] = addresses
      if (options.all || !first) return done(null, addresses)
      done(null, first.address, first.family)
    })
  }
  return new Agent({ allowH2: false, connect: { lookup } }).compose(lettingGo)
}
