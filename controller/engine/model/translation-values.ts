import { type Nat, parseAddress } from '../../state/index.ts'
import type { PortSpan } from './translation-facts.ts'

type Ports = NonNullable<Nat['source']>['ports']

/** `80` or `20000-29999` as first and last. */
export const spanOf = (ports: Ports): PortSpan | undefined => {
  if (ports === undefined) return undefined
  const [first = 0, last = first] = String(ports).split('-').map(Number)
  return { first, last }
}

/** Locally administered (IEEE 802-2014 §8.2), with the address behind: the same on whichever host it is. */
const ipv4Head = 0x0a68
const ipv6Head = 0x0a69

/** The Ethernet address of a floating address. @returns 48 bits */
export const floatingMac = (text: string): number => {
  const { family, number } = parseAddress(text) ?? { family: 4, number: 0n }
  if (family === 4) return ipv4Head * 2 ** 32 + Number(number)
  const words = [0n, 32n, 64n, 96n].map((shift) => Number((number >> shift) & 0xffff_ffffn))
  return ipv6Head * 2 ** 32 + (words.reduce((mixed, word) => mixed ^ word, 0) >>> 0)
}
