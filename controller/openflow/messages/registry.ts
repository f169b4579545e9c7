import { experimenterKinds } from '../experimenter/kinds.ts'
import { multipartKinds } from '../multipart/kinds.ts'
import { ProtocolError } from '../wire/errors.ts'
import type { Reader } from '../wire/reader.ts'
import { coreKinds } from './core-kinds.ts'
import type { MessageKind, MessageWire } from './kind.ts'

export type AnyKind = MessageKind<string, unknown>

/** The message kinds, by name and by wire numbers. */
export interface Registry {
  readonly kinds: readonly AnyKind[]
  readonly byName: ReadonlyMap<string, AnyKind>
  /** Finds the kind of the message whose body `reader` stands at, and moves to what its codec reads. */
  readonly find: (type: number, reader: Reader) => AnyKind
}

/** Message types with parts of their own (OpenFlow 1.3.5 §7.1). */
export const MessageType = { EXPERIMENTER: 4, MULTIPART_REQUEST: 18, MULTIPART_REPLY: 19 } as const

/** OFPMP_EXPERIMENTER */
export const experimenterPart = 0xffff

const wireKey = (wire: MessageWire): string => {
  if ('type' in wire) return `${wire.type}`
  if ('part' in wire) return `${wire.multipart}/${wire.part}`
  const space = 'multipart' in wire ? `${wire.multipart}/${experimenterPart}` : MessageType.EXPERIMENTER
  return `${space}/${wire.experimenter}/${wire.expType}`
}

/** The number after the experimenter's, where the message is long enough to have one. */
const peek32 = (reader: Reader, offset: number): number =>
  reader.remaining >= offset + 4 ? reader.view.getUint32(reader.pos + offset) : -1

const multipartKey = (type: number, reader: Reader): { key: string; fallback: string } => {
  const direction = type === MessageType.MULTIPART_REQUEST ? 'request' : 'reply'
  const part = reader.u16()
  const fallback = `${direction}/${part}`
  if (part !== experimenterPart) return { key: fallback, fallback }
  return { key: `${fallback}/${peek32(reader, 6)}/${peek32(reader, 10)}`, fallback }
}

/** Builds the tables; `nesting` are the kinds that hold whole messages. */
export const makeRegistry = (nesting: readonly AnyKind[]): Registry => {
  const kinds = [...coreKinds, ...multipartKinds, ...experimenterKinds, ...nesting] as readonly AnyKind[]
  const byWire = new Map(kinds.map((kind) => [wireKey(kind.wire), kind]))

  const findExperimenter = (reader: Reader): AnyKind | undefined => {
    const kind = byWire.get(`${MessageType.EXPERIMENTER}/${peek32(reader, 0)}/${peek32(reader, 4)}`)
    if (kind) reader.skip(8)
    return kind ?? byWire.get(`${MessageType.EXPERIMENTER}`)
  }

  const findMultipart = (type: number, reader: Reader): AnyKind => {
    const { key, fallback } = multipartKey(type, reader)
    const kind = byWire.get(key) ?? byWire.get(fallback)
    if (!kind) throw new ProtocolError('OFPBRC_BAD_MULTIPART', `multipart type ${fallback}`)
    return kind
  }

  const find = (type: number, reader: Reader): AnyKind => {
    if (type === MessageType.MULTIPART_REQUEST || type === MessageType.MULTIPART_REPLY) {
      return findMultipart(type, reader)
    }
    const kind = type === MessageType.EXPERIMENTER ? findExperimenter(reader) : byWire.get(`${type}`)
    if (!kind) throw new ProtocolError('OFPBRC_BAD_TYPE', `message type ${type}`)
    return kind
  }

  return { kinds, byName: new Map(kinds.map((kind) => [kind.name, kind])), find }
}
