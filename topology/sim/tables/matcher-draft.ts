import type { OxmValue } from '../../../controller/openflow/fields/field.ts'
import type { Place } from '../pipeline/layout.ts'
import type { Mask, Matcher } from './matcher.ts'

const word32 = 32n

/** A matcher as it is put together, field by field. */
export class MatcherDraft {
  private readonly words: number[] = []
  private readonly masks: number[] = []
  private readonly values: number[] = []

  /** Asks for the bits of `mask` in a word to have those of `value`. */
  word(word: number, mask: number, value: number): void {
    const at = this.words.indexOf(word)
    if (at < 0) {
      this.words.push(word)
      this.masks.push(mask | 0)
      this.values.push(value & mask)
      return
    }
    this.masks[at] = (this.masks[at] as number) | mask
    this.values[at] = (this.values[at] as number) | (value & mask)
  }

  /** Asks for a field; without a mask for all of its bits. */
  field(place: Place, value: OxmValue, mask: OxmValue | undefined): void {
    const { word, width, shift } = place
    if (width <= 32) {
      const bits = mask === undefined ? (width === 32 ? -1 : 2 ** width - 1) : Number(mask)
      if (bits !== 0) this.word(word, bits << shift, Number(value) << shift)
      return
    }
    const count = Math.ceil(width / 32)
    let left = BigInt(value)
    let leftMask = mask === undefined ? (1n << BigInt(width)) - 1n : BigInt(mask)
    for (let index = count - 1; index >= 0; index--) {
      const bits = Number(BigInt.asUintN(32, leftMask)) | 0
      if (bits !== 0) this.word(word + index, bits, Number(BigInt.asUintN(32, left)) | 0)
      left >>= word32
      leftMask >>= word32
    }
  }

  finish(): Matcher {
    const { words, masks, values } = this
    const order = words.map((_, index) => index).sort((a, b) => (words[a] as number) - (words[b] as number))
    const sortedWords = order.map((index) => words[index] as number)
    const sortedMasks = order.map((index) => masks[index] as number)
    const mask: Mask = { words: sortedWords, masks: sortedMasks, id: `${sortedWords.join()}/${sortedMasks.join()}` }
    return { mask, values: order.map((index) => values[index] as number) }
  }
}
