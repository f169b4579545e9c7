import { type Codec, listOf } from '../wire/codec.ts'
import { EncodeError } from '../wire/errors.ts'
import { u16 } from '../wire/primitives.ts'
import type { Reader } from '../wire/reader.ts'

/** As many items as a count says, which may lie: one that goes past the end fails at the end. */
export const readItems = <T>(reader: Reader, count: number, item: Codec<T>): readonly T[] => {
  const items: T[] = []
  while (items.length < count) items.push(item.decode(reader))
  return items
}

/** A 16-bit count, `gap` bytes of padding, and as many items. */
export const counted = <T>(item: Codec<T>, gap: number): Codec<readonly T[]> => {
  const list = listOf(item)
  return {
    ...list,
    decode(reader) {
      const count = reader.u16()
      reader.skip(gap)
      return readItems(reader, count, item)
    },
    encode(writer, items, path) {
      if (!Array.isArray(items)) throw new EncodeError(path, 'a list is expected')
      u16.encode(writer, items.length, `${path}.length`)
      writer.zeros(gap)
      list.encode(writer, items, path)
    },
  }
}
