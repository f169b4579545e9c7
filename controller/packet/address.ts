/** An Ethernet address: a 48-bit number, or text such as `00:00:00:00:00:01`. */
export type MacInput = number | string
/** An IPv4 address: an unsigned 32-bit number, or text such as `10.0.0.1`. */
export type Ipv4Input = number | string
/** An IPv6 address: an unsigned 128-bit integer, or text such as `fd00::1`. */
export type Ipv6Input = bigint | string

/** Addresses as text, told apart by what separates their parts. */
export type Ipv4Text = `${number}.${string}`
export type Ipv6Text = `${string}:${string}`

/** Whether an address, or a prefix such as `fd00::/64`, is of IPv6. */
export const isIpv6 = (address: Ipv4Input | Ipv6Input): address is bigint | Ipv6Text =>
  typeof address === 'bigint' || (typeof address === 'string' && address.includes(':'))

/** The version of IP that an address or a prefix is of. */
export const familyOf = (address: string): 4 | 6 => (isIpv6(address) ? 6 : 4)

/** Whether an Ethernet address is one of many stations: the lowest bit of its first byte says so (IEEE 802.3 §3.2.3). */
export const isGroupMac = (mac: number): boolean => Math.floor(mac / 2 ** 40) % 2 === 1

/** @throws RangeError unless the text is six hexadecimal bytes */
export const macOf = (input: MacInput): number => {
  if (typeof input === 'number') return input
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(input)) throw new RangeError(`${input} is no Ethernet address`)
  return Number.parseInt(input.replaceAll(':', ''), 16)
}

/** @throws RangeError unless the text is a dotted quad */
export const ipv4Of = (input: Ipv4Input): number => {
  if (typeof input === 'number') return input
  const parts = input.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    throw new RangeError(`${input} is no IPv4 address`)
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'))

/** @throws RangeError unless the text is an IPv6 address in groups of hexadecimal digits */
export const ipv6Of = (input: Ipv6Input): bigint => {
  if (typeof input === 'bigint') return input
  const [head = '', tail, more] = input.split('::')
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')]
  const missing = 8 - first.length - last.length
  const groups = [...first, ...Array<string>(Math.max(missing, 0)).fill('0'), ...last]
  const isWhole = tail === undefined ? missing === 0 : missing > 0
  if (more !== undefined || !isWhole || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) {
    throw new RangeError(`${input} is no IPv6 address`)
  }
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}
