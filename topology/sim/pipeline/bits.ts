import type { Key, Place } from './layout.ts'

const lastWord = ({ word, width }: Place): number => word + Math.ceil(width / 32) - 1

const ones = (bits: number): number => (bits === 32 ? 0xffffffff : 2 ** bits - 1)

/** Bits of a field of up to 32 bits, as an unsigned number. */
export const getSmall = (key: Key, { word, width, shift }: Place): number =>
  ((key[word] as number) >>> shift) & ones(width) & 0xffffffff

/** The value of a field of up to 32 bits. */
export const getNumber = (key: Key, place: Place): number => getSmall(key, place) >>> 0

/** Writes a field of up to 32 bits. */
export const setNumber = (key: Key, { word, width, shift }: Place, value: number): void => {
  const mask = ones(width) << shift
  key[word] = ((key[word] as number) & ~mask) | ((value << shift) & mask)
}

/** Some bits of a field, from bit `offset` up. */
export const getBits = (key: Key, place: Place, offset = 0, bits = place.width): bigint => {
  const last = lastWord(place)
  let value = 0n
  let low = offset + place.shift
  for (let done = 0; done < bits; ) {
    const inWord = low % 32
    const count = Math.min(32 - inWord, bits - done)
    const part = (((key[last - Math.floor(low / 32)] as number) >>> inWord) & ones(count)) >>> 0
    value |= BigInt(part) << BigInt(done)
    done += count
    low += count
  }
  return value
}

/** Writes some bits of a field, from bit `offset` up. */
export const setBits = (key: Key, place: Place, offset: number, bits: number, value: bigint): void => {
  const last = lastWord(place)
  let low = offset + place.shift
  let left = value
  for (let done = 0; done < bits; ) {
    const inWord = low % 32
    const count = Math.min(32 - inWord, bits - done)
    const at = last - Math.floor(low / 32)
    const mask = ones(count) << inWord
    const part = Number(left & BigInt(ones(count)))
    key[at] = ((key[at] as number) & ~mask) | ((part << inWord) & mask)
    left >>= BigInt(count)
    done += count
    low += count
  }
}

/** Words of a key, one after the other, as one number. */
export const getWords = (key: Key, word: number, count: number): bigint =>
  getBits(key, { word, width: count * 32, shift: 0 })

/** A 48-bit number in two words. */
export const getMac = (key: Key, word: number): number =>
  ((key[word] as number) & 0xffff) * 0x1_0000_0000 + ((key[word + 1] as number) >>> 0)
