import { fields } from '../fields/field.ts'
import type { FieldKey } from '../fields/rows.ts'

const numbered = (prefix: string, count: number): FieldKey[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}` as FieldKey)

/** The order in which ovs-ofctl lists fields by name. */
const listOrder: readonly FieldKey[] = [
  ...(['dpHash', 'recircId', 'packetType', 'conjId', 'tunnelId', 'tunIpv4Src', 'tunIpv4Dst'] as const),
  ...(['tunIpv6Src', 'tunIpv6Dst', 'tunFlags', 'tunGbpId', 'tunGbpFlags', 'tunErspanIdx', 'tunErspanVer'] as const),
  ...(['tunErspanDir', 'tunErspanHwid', 'tunGtpuFlags', 'tunGtpuMsgtype'] as const),
  ...numbered('tunMetadata', 64),
  ...([
    'metadata',
    'inPortNxm',
    'inPort',
    'actsetOutput',
    'pktMark',
    'ctState',
    'ctZone',
    'ctMark',
    'ctLabel',
  ] as const),
  ...(['ctNwProto', 'ctNwSrc', 'ctNwDst', 'ctIpv6Src', 'ctIpv6Dst', 'ctTpSrc', 'ctTpDst'] as const),
  ...numbered('reg', 16),
  ...numbered('xreg', 8),
  ...numbered('xxreg', 4),
  ...(['ethSrc', 'ethDst', 'ethType', 'vlanTci', 'vlanVid', 'vlanPcp'] as const),
  ...(['mplsLabel', 'mplsTc', 'mplsBos', 'mplsTtl', 'ipv4Src', 'ipv4Dst', 'ipv6Src', 'ipv6Dst', 'ipv6Flabel'] as const),
  ...(['ipProto', 'nwTos', 'ipDscp', 'ipEcn', 'ipTtl', 'ipFrag', 'arpOp', 'arpSpa', 'arpTpa', 'arpSha'] as const),
  ...(['arpTha', 'tcpSrc', 'tcpDst', 'tcpFlags', 'udpSrc', 'udpDst', 'sctpSrc', 'sctpDst'] as const),
  ...(['icmpv4Type', 'icmpv4Code', 'icmpv6Type', 'icmpv6Code'] as const),
  ...(['ipv6NdTarget', 'ipv6NdSll', 'ipv6NdTll', 'ndReserved', 'ndOptionsType'] as const),
  ...(['nshFlags', 'nshMdtype', 'nshNp', 'nshSpi', 'nshSi', 'nshC1', 'nshC2', 'nshC3', 'nshC4', 'nshTtl'] as const),
  ...(['inPhyPort', 'pbbIsid', 'ipv6Exthdr'] as const),
]

const rank = new Map<string, number>(listOrder.map((key, index) => [key, index]))

/** The names of fields, in ovs-ofctl's order. */
const sortedNames = (keys: ReadonlySet<FieldKey>): string[] =>
  [...keys]
    .sort((a, b) => (rank.get(a) ?? listOrder.length) - (rank.get(b) ?? listOrder.length))
    .map((key) => fields[key].names[0] ?? key)

/** Length of the longest common beginning that ends in an underscore. */
const commonPrefix = (a: string, b: string): number => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return a.lastIndexOf('_', at - 1) + 1
}

/** How many names from the first on share a beginning, and how long it is. */
const prefixRun = (names: readonly string[]): { count: number; length: number } => {
  const [first = ''] = names
  const end = names.findIndex((name, index) => index > 0 && commonPrefix(first, name) === 0)
  const count = end < 0 ? names.length : end
  const lengths = names.slice(1, count).map((name) => commonPrefix(first, name))
  return { count, length: count > 1 ? Math.min(...lengths) : 0 }
}

const isNext = (a: string, b: string): boolean => {
  const [, stem = '', number = ''] = /^(.*?)(\d+)$/.exec(a) ?? []
  return number !== '' && b === `${stem}${Number(number) + 1}`
}

/** How many names from the first on count up, as reg0 and reg1 do; two are not worth putting together. */
const numberRun = (names: readonly string[]): number => {
  const end = names.findIndex((name, index) => index > 0 && !isNext(names[index - 1] ?? '', name))
  const count = end < 0 ? names.length : end
  return count === 2 ? 1 : count
}

const shortened = (names: readonly string[], separator: string): string => {
  const parts: string[] = []
  let rest = names
  while (rest.length > 0) {
    const [first = ''] = rest
    const byPrefix = prefixRun(rest)
    const byNumber = numberRun(rest)
    const count = Math.max(byPrefix.count, byNumber)
    const run = rest.slice(0, count)
    if (byNumber >= byPrefix.count) parts.push(count > 1 ? `${first}...${run.at(-1)}` : first)
    else {
      const inner = run.map((name) => name.slice(byPrefix.length))
      parts.push(`${first.slice(0, byPrefix.length)}{${shortened(inner, ',')}}`)
    }
    rest = rest.slice(count)
  }
  return parts.join(separator)
}

/** Fields as ovs-ofctl lists them: `reg0...reg15 eth_{src,dst}`. */
export const fieldNamesText = (keys: ReadonlySet<FieldKey>): string => shortened(sortedNames(keys), ' ')
