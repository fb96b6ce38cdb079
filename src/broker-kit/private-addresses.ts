import { BlockList, isIPv6 } from 'node:net'

/** IPv4 networks that are not part of the public internet. */
const networks: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4]
]

/** IPv6 networks that are not part of the public internet. */
const networks6: readonly (readonly [address: string, prefix: number])[] = [
  ['::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8]
]

const blocked = new BlockList()
for (const [address, prefix] of networks) {
  blocked.addSubnet(address, prefix, 'ipv4')
  // The same networks where IPv6 carries IPv4: translated (64:ff9b::/96) and tunnelled (2002::/16). Mapped ones are seen by BlockList itself.
  const [high, low] = wordsOf(address)
  blocked.addSubnet(`64:ff9b::${high}:${low}`, 96 + prefix, 'ipv6')
  blocked.addSubnet(`2002:${high}:${low}::`, 16 + prefix, 'ipv6')
}
for (const [address, prefix] of networks6) blocked.addSubnet(address, prefix, 'ipv6')

/** Tells whether an IP address stands for a machine that the public internet does not reach, or for no machine at all. */
export function isPrivateAddress(address: string): boolean {
  return blocked.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

function wordsOf(address: string): [string, string] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
}
