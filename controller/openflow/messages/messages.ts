import { type BundleAddMessage, bundleAdd } from '../experimenter/bundle-add.ts'
import type { experimenterKinds } from '../experimenter/kinds.ts'
import type { multipartKinds } from '../multipart/kinds.ts'
import { type Codec, checkLength, jsonObject } from '../wire/codec.ts'
import { EncodeError, ProtocolError } from '../wire/errors.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import { Reader } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import type { coreKinds } from './core-kinds.ts'
import type { MessageOf, MessageWire, Nested } from './kind.ts'
import { type AnyKind, experimenterPart, MessageType, makeRegistry } from './registry.ts'

/** The version byte of OpenFlow 1.3. */
export const version13 = 4
/** Bytes of the header that every message starts with (OpenFlow 1.3.5 §7.1.1). */
export const headerLength = 8

type PlainKind = (typeof coreKinds)[number] | (typeof multipartKinds)[number] | (typeof experimenterKinds)[number]

/** Any OpenFlow 1.3 message; `type` tells which. */
export type Message = MessageOf<PlainKind> | BundleAddMessage
/** The message with this `type`. */
export type MessageNamed<Name extends Message['type']> = Extract<Message, { readonly type: Name }>

const bodyError = 'OFPBRC_BAD_LEN'
/** Messages nest in bundle-add and no deeper. */
const maximumNesting = 1

const decodeFrom = (reader: Reader): Message => {
  const start = reader.pos
  const version = reader.u8()
  const type = reader.u8()
  const length = reader.u16()
  const xid = reader.u32()
  if (version !== version13) throw new ProtocolError('OFPBRC_BAD_VERSION', `version ${version}, not ${version13}`)
  if (length < headerLength || length - headerLength > reader.remaining) {
    throw new ProtocolError(bodyError, `a message of ${length} bytes, ${reader.end - start} there`)
  }
  const body = reader.sub(length - headerLength, bodyError)
  const kind = registry.find(type, body)
  const value = kind.body.decode(body)
  body.done(kind.ofp)
  return Object.assign({ type: kind.name, xid }, value) as Message
}

const encodeWire = (writer: Writer, wire: MessageWire): void => {
  if (!('multipart' in wire)) {
    if ('type' in wire) return
    writer.u32(wire.experimenter)
    writer.u32(wire.expType)
    return
  }
  writer.u16('part' in wire ? wire.part : experimenterPart)
}

const typeByte = (wire: MessageWire): number => {
  if ('type' in wire) return wire.type
  if (!('multipart' in wire)) return MessageType.EXPERIMENTER
  return wire.multipart === 'request' ? MessageType.MULTIPART_REQUEST : MessageType.MULTIPART_REPLY
}

const kindOf = (message: { readonly type: string }, path: string): AnyKind => {
  const kind = registry.byName.get(message.type)
  if (!kind) throw new EncodeError(`${path}.type`, `no message is called ${String(message.type)}`)
  return kind
}

/** Appends a message to what `writer` holds. */
export const writeMessage = (writer: Writer, message: Message, path: string = message.type): void => {
  const kind = kindOf(message, path)
  const start = writer.pos
  writer.u8(version13)
  writer.u8(typeByte(kind.wire))
  writer.u16(0)
  writer.u32(message.xid)
  encodeWire(writer, kind.wire)
  kind.body.encode(writer, message, path)
  writer.patch16(start + 2, checkLength(writer.pos - start, path))
}

const messageToJson = (message: Message): JsonObject => ({
  type: message.type,
  xid: message.xid,
  ...jsonObject(kindOf(message, message.type).body.toJson(message), message.type),
})

const messageFromJson = (json: Json, path: string): Message => {
  const { type, xid } = jsonObject(json, path)
  const kind = kindOf({ type: String(type) }, path)
  return Object.assign({ type, xid: Number(xid ?? 0) }, kind.body.fromJson(json, path)) as Message
}

/** A whole message inside another. */
const messageCodec: Codec<Message> = {
  decode(reader) {
    if (reader.depth >= maximumNesting) throw new ProtocolError(bodyError, 'a bundle inside a bundle')
    return decodeFrom(new Reader(reader.view, reader.take(reader.remaining), reader.end, bodyError, reader.depth + 1))
  },
  encode: writeMessage,
  toJson: messageToJson,
  fromJson: messageFromJson,
}

const registry = makeRegistry([bundleAdd(messageCodec) as AnyKind])

/** Every kind of message, for tables of what is supported. */
export const messageKinds = registry.kinds

/**
 * Decodes one whole OpenFlow 1.3 message, header included.
 *
 * @throws ProtocolError, and nothing else, when the bytes are not one
 */
export const decodeMessage = (bytes: Uint8Array): Message => {
  if (bytes.length < headerLength) throw new ProtocolError(bodyError, `${bytes.length} bytes, a header needs 8`, true)
  const reader = Reader.of(bytes)
  const message = decodeFrom(reader)
  reader.done('the message')
  return message
}

/**
 * Encodes a message.
 *
 * @throws EncodeError naming the member that does not fit
 */
export const encodeMessage = (message: Message): Uint8Array => {
  const writer = new Writer()
  writeMessage(writer, message)
  return writer.finish()
}

const nested: Nested = {
  text(bytes) {
    try {
      return formatMessage(decodeMessage(bytes))
    } catch (error) {
      if (error instanceof ProtocolError) return `(***truncated or undecodable, ${bytes.length} bytes***)`
      throw error
    }
  },
  message: (message) => formatMessage(message as Message),
}

/** A message as `ovs-ofctl ofp-print` shows it, without a line feed at the end. */
export const formatMessage = (message: Message): string => {
  const kind = kindOf(message, message.type)
  const text = kind.text?.(message, nested) ?? ''
  return `${kind.ofp} (OF1.3) (xid=0x${message.xid.toString(16)}):${text}`
}

/** The JSON form of a message: numbers and text only, 64-bit values as `0x…`, bytes as hexadecimal. */
export const toJson = (message: Message): JsonObject => messageToJson(message)

/**
 * The message of a JSON form.
 *
 * @throws EncodeError naming the member that is missing or wrong
 */
export const fromJson = (json: Json): Message => messageFromJson(json, 'message')
