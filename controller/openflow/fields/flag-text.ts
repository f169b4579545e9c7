import { TextSyntaxError } from '../wire/errors.ts'

/** Names of single bits, lowest first where they have a natural order. */
export type FlagTable = readonly (readonly [name: string, bit: number])[]

export const flagTables = {
  /** ct_state(8) bits of ovs-fields(7). */
  ctState: [
    ['new', 0x01],
    ['est', 0x02],
    ['rel', 0x04],
    ['rpl', 0x08],
    ['inv', 0x10],
    ['trk', 0x20],
    ['snat', 0x40],
    ['dnat', 0x80],
  ],
  tunnelFlags: [['oam', 0x01]],
  /** RFC 9293 §3.1, RFC 3540. */
  tcpFlags: [
    ['fin', 0x001],
    ['syn', 0x002],
    ['rst', 0x004],
    ['psh', 0x008],
    ['ack', 0x010],
    ['urg', 0x020],
    ['ece', 0x040],
    ['cwr', 0x080],
    ['ns', 0x100],
    ['[200]', 0x200],
    ['[400]', 0x400],
    ['[800]', 0x800],
  ],
} as const satisfies Record<string, FlagTable>

const allBits = (table: FlagTable): number => table.reduce((sum, [, bit]) => sum | bit, 0)

/** `new|trk`, or a number where a bit has no name. */
export const formatFlags = (table: FlagTable, value: number): string => {
  if (value === 0) return '0'
  if ((value & ~allBits(table)) !== 0) return `0x${value.toString(16)}`
  return table
    .filter(([, bit]) => (value & bit) !== 0)
    .map(([name]) => name)
    .join('|')
}

/** `+est-new+trk`, or `value/mask` where a bit has no name. */
export const formatMaskedFlags = (table: FlagTable, value: number, mask: number): string => {
  if (mask === 0 || (mask & ~allBits(table)) !== 0) return `0x${value.toString(16)}/0x${mask.toString(16)}`
  return table
    .filter(([, bit]) => (mask & bit) !== 0)
    .map(([name, bit]) => `${(value & bit) !== 0 ? '+' : '-'}${name}`)
    .join('')
}

const bitOf = (table: FlagTable, name: string): number => {
  const found = table.find(([known]) => known === name)
  if (!found) throw new TextSyntaxError(name, `one of ${table.map(([known]) => known).join(', ')} is expected`)
  return found[1]
}

/** Parses `+est-new`, `est|trk`, a number, or `number/mask`. */
export const parseFlags = (table: FlagTable, text: string): { value: number; mask: number | undefined } => {
  const numbers = /^(0x[0-9a-f]+|\d+)(?:\/(0x[0-9a-f]+|\d+))?$/i.exec(text)
  if (numbers) {
    const [, value, mask] = numbers
    return { value: Number(value), mask: mask === undefined ? undefined : Number(mask) }
  }
  if (!/^[+-]/.test(text)) {
    return { value: text.split('|').reduce((sum, name) => sum | bitOf(table, name), 0), mask: undefined }
  }
  if (!/^(?:[+-][^+-]+)+$/.test(text)) throw new TextSyntaxError(text, 'flags as in +est-new are expected')
  let value = 0
  let mask = 0
  for (const [, sign, name] of text.matchAll(/([+-])([^+-]+)/g)) {
    const bit = bitOf(table, name as string)
    mask |= bit
    if (sign === '+') value |= bit
  }
  return { value, mask }
}
