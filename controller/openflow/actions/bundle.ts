import { formatPort, parsePort } from '../fields/port-text.ts'
import { formatSubfield, type Subfield } from '../fields/subfield.ts'
import { integer, splitTop } from '../text/scan.ts'
import { type Codec, listOf, struct } from '../wire/codec.ts'
import { EncodeError, ProtocolError, TextSyntaxError } from '../wire/errors.ts'
import { enumOf } from '../wire/names.ts'
import { u16 } from '../wire/primitives.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { readItems } from './counted.ts'
import { HashFields, hashFields, namedValue, wordOf } from './hash.ts'
import { actionKind } from './kind.ts'
import { parseShortSubfield } from './short-field.ts'
import { membersJson, NICIRA, packedSubfield, port16 } from './wire.ts'

/** How a bundle chooses a member (NX_BD_ALG_* of Open vSwitch). */
export const BundleAlgorithm = { ACTIVE_BACKUP: 0, HRW: 1 } as const

export interface Bundle {
  readonly algorithm: number
  readonly fields: number
  readonly basis: number
  /** Ports to choose from. */
  readonly members: readonly number[]
}

export interface BundleLoad extends Bundle {
  readonly dst: Subfield
}

const choiceShape = { algorithm: enumOf(u16, BundleAlgorithm), fields: hashFields, basis: u16 } as const
const choice = struct(choiceShape)
const ports = listOf(port16)

/** NXM_OF_IN_PORT, the only kind of member that there is. */
const portMember = 0x0000_0002

/** All before the destination: the choice, the kind of member, and how many there are. */
const readHead = (reader: Reader) => {
  const head = choice.decode(reader)
  const memberType = reader.u32()
  if (memberType !== portMember) throw new ProtocolError('OFPBAC_BAD_ARGUMENT', `bundle members of type ${memberType}`)
  return { head, count: reader.u16() }
}

const writeHead = (writer: Writer, value: Bundle, path: string): void => {
  choice.encode(writer, value, path)
  writer.u32(portMember)
  if (!Array.isArray(value.members)) throw new EncodeError(`${path}.members`, 'a list is expected')
  u16.encode(writer, value.members.length, `${path}.members.length`)
}

/** Bytes of `dst`, where there is none, and of the reserved member after it. */
const noDestination = 6
const reserved = 4

const bundleBody: Codec<Bundle> = {
  ...membersJson<Bundle>({ ...choiceShape, members: ports }),
  decode(reader) {
    const { head, count } = readHead(reader)
    reader.skip(noDestination + reserved)
    return { ...head, members: readItems(reader, count, port16) }
  },
  encode(writer, value, path) {
    writeHead(writer, value, path)
    writer.zeros(noDestination + reserved)
    ports.encode(writer, value.members, `${path}.members`)
  },
}

const bundleLoadBody: Codec<BundleLoad> = {
  ...membersJson<BundleLoad>({ ...choiceShape, dst: packedSubfield, members: ports }),
  decode(reader) {
    const { head, count } = readHead(reader)
    const dst = packedSubfield.decode(reader)
    reader.skip(reserved)
    return { ...head, dst, members: readItems(reader, count, port16) }
  },
  encode(writer, value, path) {
    writeHead(writer, value, path)
    packedSubfield.encode(writer, value.dst, `${path}.dst`)
    writer.zeros(reserved)
    ports.encode(writer, value.members, `${path}.members`)
  },
}

const formatBundle = (keyword: string, value: Bundle, dst: string): string => {
  const how = `${wordOf(HashFields, value.fields)},${value.basis},${wordOf(BundleAlgorithm, value.algorithm)}`
  return `${keyword}(${how},ofport,${dst}members:${value.members.map(formatPort).join(',')})`
}

/** Most members that Open vSwitch takes. */
const maximumMembers = 2048

const parseBundle = (text: string, last: number) => {
  const [, head = '', tail = ''] = /^(.*?)\b(?:members|slaves)\s*:(.*)$/is.exec(text) ?? []
  const words = splitTop(head)
  const members = tail.split(/[,\s[\]]+/).filter((port) => port !== '')
  const [fields = '', basis = '', how = '', memberType = ''] = words
  if (words.length !== last || memberType.toLowerCase() !== 'ofport' || members.length > maximumMembers) {
    throw new TextSyntaxError(text, 'fields,basis,algorithm,ofport,members:port,… are expected')
  }
  const body: Bundle = {
    algorithm: namedValue(BundleAlgorithm, how),
    fields: namedValue(HashFields, fields),
    basis: integer(basis, 0xffff),
    members: members.map(parsePort),
  }
  return { body, dst: words[4] ?? '' }
}

/** Output to one of several ports. */
const bundle = actionKind({
  name: 'bundle',
  wire: { experimenter: NICIRA, subtype: 12 },
  body: bundleBody,
  format: (body) => formatBundle('bundle', body, ''),
  keywords: { bundle: ({ value }) => [{ type: 'bundle', ...parseBundle(value, 4).body }] },
})

/** Writes the number of one of several ports to `dst`. */
const bundleLoad = actionKind({
  name: 'bundleLoad',
  wire: { experimenter: NICIRA, subtype: 13 },
  body: bundleLoadBody,
  format: (body) => formatBundle('bundle_load', body, `${formatSubfield(body.dst)},`),
  keywords: {
    bundle_load: ({ value }) => {
      const { body, dst } = parseBundle(value, 5)
      return [{ type: 'bundleLoad', ...body, dst: parseShortSubfield(dst) }]
    },
  },
})

/** Choices among ports. */
export const bundleKinds = [bundle, bundleLoad] as const
