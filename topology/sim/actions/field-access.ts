import type { Field } from '../../../controller/openflow/fields/field.ts'
import type { Subfield } from '../../../controller/openflow/fields/subfield.ts'
import { getBits, setBits } from '../pipeline/bits.ts'
import { tagPresent, Word } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import { placeOf } from '../tables/matcher.ts'
import { isPresent } from './presence.ts'

/** 16-bit numbers of reserved ports start here; in 32 bits they stand at the other end. */
const reserved16 = 0xff00
const dscpBits = 0xfc
const vlanTpid = 0x8100

/** What writing a field brings about beyond its bits. */
const after = (passage: Passage, field: Field): void => {
  const { key } = passage
  if (field.variable) passage.datapath.options.setPresent(field, key, true)
  else if (field.key === 'inPortNxm') {
    const port = (key[Word.IN_PORT] as number) & 0xffff
    key[Word.IN_PORT] = port >= reserved16 ? port - 0x1_0000 : port
  } else if (field.key === 'vlanVid' || field.key === 'vlanTci') {
    const word = key[Word.VLAN] as number
    if ((word & tagPresent) !== 0 && word >>> 16 === 0) key[Word.VLAN] = (vlanTpid << 16) | word
  }
}

/** Writes bits of a field where the packet has it. */
export const writeField = (passage: Passage, { code, offset, bits }: Subfield, value: bigint): void => {
  const { field } = code
  const place = placeOf(field, passage.datapath.options)
  if (place === undefined || !isPresent(passage.key, field)) {
    passage.note(`the packet has no ${field.names[0]}`)
    return
  }
  if (field.key === 'nwTos') {
    // ECN is a field of its own.
    const ecn = getBits(passage.key, place, 0, 2)
    setBits(passage.key, place, offset, bits, value & BigInt(dscpBits))
    setBits(passage.key, place, 0, 2, ecn)
    return
  }
  setBits(passage.key, place, offset, Math.min(bits, place.width - offset), value)
  after(passage, field)
}

/** Bits of a field; undefined where the packet does not have it. */
export const readField = (passage: Passage, { code, offset, bits }: Subfield): bigint | undefined => {
  const place = placeOf(code.field, passage.datapath.options)
  if (place === undefined || !isPresent(passage.key, code.field)) return undefined
  return getBits(passage.key, place, offset, Math.min(bits, place.width - offset))
}
