import { type Item, integer, items } from '../text/scan.ts'
import { parseIpv4, parseIpv6 } from '../wire/address.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { own } from '../wire/names.ts'
import type { Nat } from './nat.ts'

const keywords = { src: 1, dst: 2, persistent: 4, hash: 8, random: 16 } as const
const sides = 3

const quad = '\\d+(?:\\.\\d+){3}'
const ports = '(?::(?<portMin>\\d+)(?:-(?<portMax>\\d+))?)?'
const ipv4Range = new RegExp(`^(?<min>${quad})(?:-(?<max>${quad}))?${ports}$`)
/** An address without brackets takes all colons for its own. */
const address = (name: string): string => `\\[?(?<${name}>[0-9a-f:.]+)\\]?`
const ipv6Range = new RegExp(`^${address('min')}(?:-${address('max')})?${ports}$`, 'i')

type Groups = Readonly<Record<string, string | undefined>>
type Range = Omit<Nat, 'flags'>

/** A member, or nothing where ovs-ofctl leaves it out: zeros are not sent. */
const member = <T>(name: keyof Range, text: string | undefined, parse: (text: string) => T): Range => {
  const value = text === undefined ? undefined : parse(text)
  return value === undefined || value === (typeof value === 'bigint' ? 0n : 0) ? {} : { [name]: value }
}

const parsePorts = ({ portMin, portMax }: Groups, text: string): Range => {
  const port = (digits: string): number => integer(digits, 0xffff)
  if (portMin !== undefined && portMax !== undefined && port(portMin) > port(portMax)) {
    throw new TextSyntaxError(text, 'the first port is greater than the last')
  }
  return { ...member('portMin', portMin, port), ...member('portMax', portMax, port) }
}

const checkOrder = (min: bigint | number, max: bigint | number | undefined, text: string): void => {
  if (max !== undefined && max < min) throw new TextSyntaxError(text, 'the first address is greater than the last')
}

const parseRange = (text: string): Range => {
  const four = ipv4Range.exec(text)?.groups
  if (four) {
    const range = { ...member('ipv4Min', four.min, parseIpv4), ...member('ipv4Max', four.max, parseIpv4) }
    checkOrder(range.ipv4Min ?? 0, range.ipv4Max, text)
    return { ...range, ...parsePorts(four, text) }
  }
  const six = ipv6Range.exec(text)?.groups
  if (!six) throw new TextSyntaxError(text, 'addresses and ports as in 10.0.0.1-10.0.0.9:1024-2048 are expected')
  const range = { ...member('ipv6Min', six.min, parseIpv6), ...member('ipv6Max', six.max, parseIpv6) }
  checkOrder(range.ipv6Min ?? 0n, range.ipv6Max, text)
  return { ...range, ...parsePorts(six, text) }
}

const checkFlags = (flags: number, text: string): void => {
  if ((flags & sides) === sides) throw new TextSyntaxError(text, 'either src or dst, not both')
  if ((flags & sides) === 0 && flags !== 0) throw new TextSyntaxError(text, 'src or dst is missing')
  const choices = keywords.hash | keywords.random
  if ((flags & choices) === choices) throw new TextSyntaxError(text, 'either hash or random, not both')
}

/**
 * Parses what nat(…) holds: `src=10.0.0.1-10.0.0.9:1024-2048,random`, `dst=[2001:db8::1]:80`, or
 * nothing.
 */
export const parseNat = (text: string): Nat => {
  let flags = 0
  let range: Range = {}
  const add = ({ key, value, text: whole }: Item): void => {
    const flag = own<number>(keywords, key)
    if (flag === undefined) throw new TextSyntaxError(whole, 'src, dst, persistent, hash or random is expected')
    flags |= flag
    if ((flag & sides) !== 0 && value !== '') range = parseRange(value)
  }
  for (const item of items(text)) add(item)
  checkFlags(flags, text)
  return { flags, ...range }
}
