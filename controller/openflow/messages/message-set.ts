import { hexDump } from '../text/hex-dump.ts'
import { type Codec, checkLength, jsonObject } from '../wire/codec.ts'
import { EncodeError, ProtocolError } from '../wire/errors.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import { Reader } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import type { MessageWire, Nested } from './kind.ts'
import { quotedText } from './quoted.ts'
import { type AnyKind, experimenterPart, type MessageTypes, makeRegistry, type Registry } from './registry.ts'

/** Bytes of the header that every message starts with (OpenFlow 1.3.5 §7.1.1). */
export const headerLength = 8

const bodyError = 'OFPBRC_BAD_LEN'
/** Messages nest in bundle-add and no deeper. */
const maximumNesting = 1
/** An error may quote an error, and so on; its text goes no deeper than this. */
const maximumQuoting = 4

/** What tells one version of OpenFlow from another in every message. */
export interface Version {
  /** The version byte of the header. */
  readonly byte: number
  /** As ovs-ofctl prints it after a message's name: ` (OF1.3)`. */
  readonly mark: string
  readonly types: MessageTypes
}

interface AnyMessage {
  readonly type: string
  readonly xid: number
}

/** The messages of one version, read and written. */
export interface MessageSet<M extends AnyMessage> {
  /** Every kind of message, for tables of what is supported. */
  readonly kinds: readonly AnyKind[]
  /** @throws ProtocolError, and nothing else, when the bytes are not one whole message */
  readonly decode: (bytes: Uint8Array) => M
  /** @throws EncodeError naming the member that does not fit */
  readonly encode: (message: M) => Uint8Array
  /** Appends a message to what `writer` holds. */
  readonly write: (writer: Writer, message: M, path?: string) => void
  /** A message as `ovs-ofctl ofp-print` shows it, without a line feed at the end. */
  readonly format: (message: M) => string
  readonly toJson: (message: M) => JsonObject
  /** @throws EncodeError naming the member that is missing or wrong */
  readonly fromJson: (json: Json, path?: string) => M
}

const checkVersion = (version: Version, byte: number): void => {
  if (byte !== version.byte) throw new ProtocolError('OFPBRC_BAD_VERSION', `version ${byte}, not ${version.byte}`)
}

const decodeFrom = (version: Version, registry: Registry, reader: Reader): AnyMessage => {
  const start = reader.pos
  const versionByte = reader.u8()
  const type = reader.u8()
  const length = reader.u16()
  const xid = reader.u32()
  checkVersion(version, versionByte)
  if (length < headerLength || length - headerLength > reader.remaining) {
    throw new ProtocolError(bodyError, `a message of ${length} bytes, ${reader.end - start} there`)
  }
  const body = reader.sub(length - headerLength, bodyError)
  const kind = registry.find(type, body)
  const value = kind.body.decode(body)
  body.done(kind.ofp)
  return Object.assign({ type: kind.name, xid }, value)
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

const typeByte = (wire: MessageWire, types: MessageTypes): number => {
  if ('type' in wire) return wire.type
  if (!('multipart' in wire)) return types.EXPERIMENTER
  return wire.multipart === 'request' ? types.MULTIPART_REQUEST : types.MULTIPART_REPLY
}

const kindOf = (registry: Registry, type: unknown, path: string): AnyKind => {
  const kind = registry.byName.get(String(type))
  if (!kind) throw new EncodeError(`${path}.type`, `no message is called ${String(type)}`)
  return kind
}

const checkXid = (xid: number, path: string): number => {
  if (xid >>> 0 === xid) return xid
  throw new EncodeError(`${path}.xid`, `a number of 32 bits is expected, not ${xid}`)
}

const write = (version: Version, registry: Registry, writer: Writer, message: AnyMessage, path: string): void => {
  const kind = kindOf(registry, message.type, path)
  const start = writer.pos
  writer.u8(version.byte)
  writer.u8(typeByte(kind.wire, version.types))
  writer.u16(0)
  writer.u32(checkXid(message.xid, path))
  encodeWire(writer, kind.wire)
  kind.body.encode(writer, message, path)
  writer.patch16(start + 2, checkLength(writer.pos - start, path))
}

const decodeWhole = (version: Version, registry: Registry, bytes: Uint8Array): AnyMessage => {
  if (bytes.length < headerLength) throw new ProtocolError(bodyError, `${bytes.length} bytes, a header needs 8`, true)
  const reader = Reader.of(bytes)
  const message = decodeFrom(version, registry, reader)
  reader.done('the message')
  return message
}

/** Decodes a message that makes up the rest of another. */
const decodeInner = (version: Version, registry: Registry, reader: Reader): AnyMessage => {
  if (reader.depth >= maximumNesting) throw new ProtocolError(bodyError, 'a bundle inside a bundle')
  const start = reader.take(reader.remaining)
  return decodeFrom(version, registry, new Reader(reader.view, start, reader.end, bodyError, reader.depth + 1))
}

const toJson = (registry: Registry, message: AnyMessage): JsonObject => ({
  type: message.type,
  xid: message.xid,
  ...jsonObject(kindOf(registry, message.type, message.type).body.toJson(message), message.type),
})

const fromJson = (registry: Registry, json: Json, path: string): AnyMessage => {
  const { type, xid } = jsonObject(json, path)
  const kind = kindOf(registry, type, path)
  return Object.assign({ type: kind.name, xid: Number(xid ?? 0) }, kind.body.fromJson(json, path))
}

const encode = (version: Version, registry: Registry, message: AnyMessage): Uint8Array => {
  const writer = new Writer()
  write(version, registry, writer, message, message.type)
  return writer.finish()
}

const headlineOf = (version: Version, kind: AnyKind, xid: number): string =>
  `${kind.ofp}${version.mark} (xid=0x${xid.toString(16)}):`

/** The first words of the text of a message, which may be cut after its header. */
const peekHeadline = (version: Version, registry: Registry, bytes: Uint8Array): string => {
  const reader = Reader.of(bytes)
  checkVersion(version, reader.u8())
  const type = reader.u8()
  reader.skip(2)
  const xid = reader.u32()
  return headlineOf(version, registry.find(type, reader), xid)
}

const format = (version: Version, registry: Registry, message: AnyMessage, depth = 0): string => {
  const kind = kindOf(registry, message.type, message.type)
  const nested: Nested = {
    text: (quoted) =>
      depth === maximumQuoting
        ? hexDump(quoted)
        : quotedText(quoted, {
            headline: (bytes) => peekHeadline(version, registry, bytes),
            text: (bytes) => format(version, registry, decodeWhole(version, registry, bytes), depth + 1),
          }),
    message: (inner) => format(version, registry, inner as AnyMessage, depth),
    bytes: () => encode(version, registry, message),
  }
  return `${headlineOf(version, kind, message.xid)}${kind.text?.(message, nested) ?? ''}`
}

/**
 * The messages of a version of OpenFlow. `kindsOf` gives their kinds; those that hold a whole
 * message of the same version are built with the codec that it is given.
 */
export const makeMessageSet = <M extends AnyMessage>(
  version: Version,
  kindsOf: (inner: Codec<M>) => readonly AnyKind[],
): MessageSet<M> => {
  const inner: Codec<M> = {
    decode: (reader) => decodeInner(version, registry, reader) as M,
    encode: (writer, message, path) => write(version, registry, writer, message, path),
    toJson: (message) => toJson(registry, message),
    fromJson: (json, path) => fromJson(registry, json, path) as M,
  }
  const registry = makeRegistry(kindsOf(inner), version.types)
  return {
    kinds: registry.kinds,
    decode: (bytes) => decodeWhole(version, registry, bytes) as M,
    encode: (message) => encode(version, registry, message),
    write: (writer, message, path = message.type) => write(version, registry, writer, message, path),
    format: (message) => format(version, registry, message),
    toJson: (message) => toJson(registry, message),
    fromJson: (json, path = 'message') => fromJson(registry, json, path) as M,
  }
}
