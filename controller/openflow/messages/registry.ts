import { ProtocolError } from '../wire/errors.ts'
import type { Reader } from '../wire/reader.ts'
import type { MessageKind, MessageWire } from './kind.ts'

export type AnyKind = MessageKind<string, unknown>

/** The message kinds, by name and by wire numbers. */
export interface Registry {
  readonly kinds: readonly AnyKind[]
  readonly byName: ReadonlyMap<string, AnyKind>
  /** Finds the kind of the message whose body `reader` stands at, and moves to what its codec reads. */
  readonly find: (type: number, reader: Reader) => AnyKind
}

/** Message types with parts of their own; their numbers differ between versions. */
export interface MessageTypes {
  readonly EXPERIMENTER: number
  readonly MULTIPART_REQUEST: number
  readonly MULTIPART_REPLY: number
}

/** OFPMP_EXPERIMENTER */
export const experimenterPart = 0xffff

const wireKey = (wire: MessageWire, types: MessageTypes): string => {
  if ('type' in wire) return `${wire.type}`
  if ('part' in wire) return `${wire.multipart}/${wire.part}`
  const space = 'multipart' in wire ? `${wire.multipart}/${experimenterPart}` : types.EXPERIMENTER
  return `${space}/${wire.experimenter}/${wire.expType}`
}

/** The number after the experimenter's, where the message is long enough to have one. */
const peek32 = (reader: Reader, offset: number): number =>
  reader.remaining >= offset + 4 ? reader.view.getUint32(reader.pos + offset) : -1

const multipartKey = (isRequest: boolean, reader: Reader): { key: string; fallback: string } => {
  const part = reader.u16()
  const fallback = `${isRequest ? 'request' : 'reply'}/${part}`
  if (part !== experimenterPart) return { key: fallback, fallback }
  return { key: `${fallback}/${peek32(reader, 6)}/${peek32(reader, 10)}`, fallback }
}

/** Builds the tables of one version's kinds. */
export const makeRegistry = (kinds: readonly AnyKind[], types: MessageTypes): Registry => {
  const byWire = new Map(kinds.map((kind) => [wireKey(kind.wire, types), kind]))

  const findExperimenter = (reader: Reader): AnyKind | undefined => {
    const kind = byWire.get(`${types.EXPERIMENTER}/${peek32(reader, 0)}/${peek32(reader, 4)}`)
    if (kind) reader.skip(8)
    return kind ?? byWire.get(`${types.EXPERIMENTER}`)
  }

  /** A kind of the message type itself, if there is one, takes the parts that are not known. */
  const findMultipart = (type: number, reader: Reader): AnyKind => {
    const start = reader.pos
    const { key, fallback } = multipartKey(type === types.MULTIPART_REQUEST, reader)
    const kind = byWire.get(key) ?? byWire.get(fallback)
    if (kind) return kind
    const opaque = byWire.get(`${type}`)
    if (!opaque) throw new ProtocolError('OFPBRC_BAD_MULTIPART', `multipart type ${fallback}`)
    reader.pos = start
    return opaque
  }

  const find = (type: number, reader: Reader): AnyKind => {
    if (type === types.MULTIPART_REQUEST || type === types.MULTIPART_REPLY) return findMultipart(type, reader)
    const kind = type === types.EXPERIMENTER ? findExperimenter(reader) : byWire.get(`${type}`)
    if (!kind) throw new ProtocolError('OFPBRC_BAD_TYPE', `message type ${type}`)
    return kind
  }

  return { kinds, byName: new Map(kinds.map((kind) => [kind.name, kind])), find }
}
