import { hexDump } from '../text/hex-dump.ts'
import { checkLength, listOf, struct } from '../wire/codec.ts'
import { ProtocolError } from '../wire/errors.ts'
import { type Part, partKind } from '../wire/parts.ts'
import { u8, u32 } from '../wire/primitives.ts'
import { properties } from '../wire/property.ts'
import { Reader } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import { messageKind } from './kind.ts'

const helloType = 0
/** Bytes of the header (OpenFlow 1.3.5 §7.1.1). */
const headerLength = 8
const firstWithElements = 4
const wordBits = 32

/** Bit n of word w stands for version 32·w + n (OpenFlow 1.3.5 §7.5.1). */
const kinds = [partKind('versionBitmap', 1, struct({ bitmaps: listOf(u32) }))] as const
const elements = properties(kinds)

/** A part of a HELLO: the versions that its sender speaks, or something that we do not know. */
export type HelloElement = Part<typeof kinds>

interface HelloBody {
  readonly elements: readonly HelloElement[]
}

/** A HELLO of any version, as `decodeHello` gives it. */
export interface DecodedHello extends HelloBody {
  /** The version byte of its header: the highest version that its sender speaks. */
  readonly version: number
  readonly xid: number
}

const versionsOfWord = (word: number, index: number): number[] =>
  Array.from({ length: wordBits }, (_, bit) => bit)
    .filter((bit) => ((word >>> bit) & 1) === 1)
    .map((bit) => index * wordBits + bit)

const bitmapVersions = (element: HelloElement): number[] =>
  element.type === 'versionBitmap' ? element.bitmaps.flatMap(versionsOfWord).filter((version) => version !== 0) : []

const namedVersions = (hello: HelloBody): readonly number[] | undefined =>
  hello.elements.map(bitmapVersions).findLast((versions) => versions.length > 0)

/**
 * The versions that a peer may speak, by number, ascending: those of its bitmap, or, where there is
 * none of use, all up to the header's.
 */
export const helloVersions = (hello: HelloBody, headerVersion: number): readonly number[] =>
  namedVersions(hello) ?? Array.from({ length: headerVersion }, (_, index) => index + 1)

/**
 * The version that both sides speak from now on: the highest common one of the bitmaps, or, where
 * the peer sent none of use, the lower one of the headers if it is ours (OpenFlow 1.3.5 §6.3.1).
 * Undefined where there is none.
 */
export const negotiate = (ours: readonly number[], theirs: DecodedHello): number | undefined => {
  const named = namedVersions(theirs)
  const highestOfOurs = Math.max(...ours)
  const spoken = named ?? [Math.min(highestOfOurs, theirs.version)]
  return ours.toSorted((a, b) => b - a).find((version) => spoken.includes(version))
}

/** The element that says which versions we speak. */
export const versionElement = (versions: readonly number[]): HelloElement => {
  const words = Math.floor(Math.max(...versions) / wordBits) + 1
  const bitmaps = Array.from({ length: words }, (_, index) =>
    versions
      .filter((version) => Math.floor(version / wordBits) === index)
      .reduce((word, version) => (word | (1 << (version % wordBits))) >>> 0, 0),
  )
  return { type: 'versionBitmap', bitmaps }
}

/** What stands after the header of a HELLO before OpenFlow 1.3 means nothing (OpenFlow 1.0 §5.5.1). */
const decodeElements = (reader: Reader, version: number): readonly HelloElement[] => {
  try {
    return elements.decode(reader)
  } catch (error) {
    if (error instanceof ProtocolError && version < firstWithElements) return []
    throw error
  }
}

/**
 * Decodes a HELLO with any version byte.
 *
 * @throws ProtocolError, and nothing else, when the bytes are not one whole HELLO
 */
export const decodeHello = (bytes: Uint8Array): DecodedHello => {
  const reader = Reader.of(bytes)
  const version = reader.u8()
  const type = reader.u8()
  const length = reader.u16()
  const xid = reader.u32()
  if (type !== helloType) throw new ProtocolError('OFPBRC_BAD_TYPE', `message type ${type}, not HELLO`)
  if (length !== bytes.length) reader.fail(`a message of ${length} bytes, ${bytes.length} there`)
  return { version, xid, elements: decodeElements(reader, version) }
}

/**
 * The bytes of a HELLO. Unlike other messages it may have any version byte: usually the highest
 * that we speak.
 *
 * @throws EncodeError naming the member that does not fit
 */
export const encodeHello = (hello: DecodedHello): Uint8Array => {
  const writer = new Writer(headerLength * 2)
  u8.encode(writer, hello.version, 'hello.version')
  writer.u8(helloType)
  writer.u16(0)
  u32.encode(writer, hello.xid, 'hello.xid')
  elements.encode(writer, hello.elements, 'hello.elements')
  writer.patch16(2, checkLength(writer.pos, 'hello'))
  return writer.finish()
}

const isUnderstood = (element: HelloElement): boolean => bitmapVersions(element).length > 0

const helloText = (hello: HelloBody, version: number, bytes: () => Uint8Array): string => {
  const versions = helloVersions(hello, Math.min(version, wordBits - 1))
  const list = versions.map((number) => `0x${number.toString(16).padStart(2, '0')}`).join(', ')
  const unknown = hello.elements.every(isUnderstood) ? '' : `\n unknown data in hello:\n${hexDump(bytes())}`
  return `\n version bitmap: ${list}${unknown}`
}

const versionMarks: Readonly<Record<number, string>> = {
  1: '',
  2: ' (OF1.1)',
  3: ' (OF1.2)',
  4: ' (OF1.3)',
  5: ' (OF1.4)',
  6: ' (OF1.5)',
}

/** A HELLO of any version as `ovs-ofctl ofp-print` shows it. */
export const formatHello = (hello: DecodedHello): string => {
  const mark = versionMarks[hello.version] ?? ` (OF 0x${hello.version.toString(16).padStart(2, '0')})`
  const text = helloText(hello, hello.version, () => encodeHello(hello))
  return `OFPT_HELLO${mark} (xid=0x${hello.xid.toString(16)}):${text}`
}

/** The first message of each side, here with OpenFlow 1.3's version byte (OpenFlow 1.3.5 §7.5.1). */
export const hello = messageKind({
  name: 'hello',
  ofp: 'OFPT_HELLO',
  wire: { type: helloType },
  body: struct({ elements }),
  text: (body, nested) => helloText(body, firstWithElements, nested.bytes),
})

export const helloKinds = [hello] as const
