import { TextSyntaxError } from '../wire/errors.ts'
import { enumOf, type Names, nameOf, own } from '../wire/names.ts'
import { u16 } from '../wire/primitives.ts'

/** What of a packet is hashed to choose a path (NX_HASH_FIELDS_* of Open vSwitch). */
export const HashFields = {
  ETH_SRC: 0,
  SYMMETRIC_L4: 1,
  SYMMETRIC_L3L4: 2,
  'SYMMETRIC_L3L4+UDP': 3,
  NW_SRC: 4,
  NW_DST: 5,
  SYMMETRIC_L3: 6,
} as const

export const hashFields = enumOf(u16, HashFields)

/** ovs-ofctl's word for a value: its name in lower case, or the number of one without a name. */
export const wordOf = (names: Names, value: number): string => nameOf(names, value)?.toLowerCase() ?? String(value)

/** @throws TextSyntaxError unless the word, in any case, is one of the names */
export const namedValue = (names: Names, word: string): number => {
  const value = own(names, word.toUpperCase())
  if (value === undefined) {
    throw new TextSyntaxError(word, `one of ${Object.keys(names).join(', ').toLowerCase()} is expected`)
  }
  return value
}
