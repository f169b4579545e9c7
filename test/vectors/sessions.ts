import { Framer } from '../../controller/openflow/stream/framer.ts'
import { Version } from '../../controller/openflow/stream/lengths.ts'
import { fromHex } from '../../controller/openflow/wire/json.ts'
import { isMembers, type Members, textOf } from './load.ts'
import { makeRandom } from './random.ts'

interface Found {
  readonly offset: number
  readonly length: number
  readonly type: number
  readonly xid: number
}

/** Frames a stream delivered in pieces whose sizes `size` gives; the versions narrow after HELLO. */
const framesOf = (stream: Uint8Array, size: () => number): { frames: Found[]; errors: string[] } => {
  const frames: Found[] = []
  const errors: string[] = []
  let offset = 0
  const framer: Framer = new Framer({
    frame(view, _bytes, start, end) {
      frames.push({ offset, length: end - start, type: view.getUint8(start + 1), xid: view.getUint32(start + 4) })
      offset += end - start
      if (frames.length === 1) framer.accept([Version.OPENFLOW_1_3])
      return true
    },
    error(error) {
      errors.push(error.message)
      return true
    },
  })
  for (let at = 0; at < stream.length; ) {
    const length = size()
    framer.push(stream.subarray(at, at + length))
    at += length
  }
  const incomplete = framer.end()
  return { frames, errors: incomplete ? [...errors, incomplete.message] : errors }
}

const expected = (line: Members, direction: string): Found[] => {
  const messages = Array.isArray(line.messages) ? line.messages : []
  return messages
    .filter(isMembers)
    .filter((message) => message.dir === direction)
    .map(({ offset, length, type, xid }) => ({
      offset: Number(offset),
      length: Number(length),
      type: Number(type),
      xid: Number(xid),
    }))
}

const compare = (line: Members, direction: string, how: string, size: () => number): readonly string[] => {
  const { frames, errors } = framesOf(fromHex(textOf(line, direction) ?? ''), size)
  const wanted = expected(line, direction)
  if (errors.length > 0) return [`${direction} ${how}: ${errors[0]}`]
  if (JSON.stringify(frames) === JSON.stringify(wanted)) return []
  return [`${direction} ${how}: ${frames.length} messages unlike the ${wanted.length} expected`]
}

/** A whole connection: the same messages, however its two streams are cut. */
export const checkSession = (line: Members): readonly string[] => {
  const random = makeRandom(1)
  return ['c2s', 's2c'].flatMap((direction) => [
    ...compare(line, direction, 'whole', () => Number.MAX_SAFE_INTEGER),
    ...compare(line, direction, 'byte by byte', () => 1),
    ...Array.from({ length: 20 }, () => compare(line, direction, 'cut at random', () => 1 + random(1500))).flat(),
  ])
}
