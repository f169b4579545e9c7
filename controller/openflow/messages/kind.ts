import type { Codec } from '../wire/codec.ts'

/**
 * How a message is told apart on the wire: by type; for multipart messages by their multipart
 * type; for experimenter messages by experimenter and its type; for experimenter multipart
 * messages by all.
 */
export type MessageWire =
  | { readonly type: number }
  | { readonly multipart: 'request' | 'reply'; readonly part: number }
  | { readonly experimenter: number; readonly expType: number }
  | { readonly multipart: 'request' | 'reply'; readonly experimenter: number; readonly expType: number }

/** Prints or decodes a whole message inside another, such as the one that an error quotes. */
export interface Nested {
  /** The message as text, or a note that it cannot be decoded. */
  readonly text: (bytes: Uint8Array) => string
  /** A decoded message as text. */
  readonly message: (message: unknown) => string
  /** The bytes of the message that is being printed. */
  readonly bytes: () => Uint8Array
}

/**
 * One kind of message: its name in our objects, ovs-ofctl's name of it, its wire numbers and its
 * body (what follows the header: for multipart messages after the flags and padding, for
 * experimenter messages after the experimenter's type).
 */
export interface MessageKind<Name extends string = string, Body = unknown> {
  readonly name: Name
  /** As ovs-ofctl prints it, such as `OFPT_FLOW_MOD` or `OFPST_FLOW reply`. */
  readonly ofp: string
  readonly wire: MessageWire
  readonly body: Codec<Body>
  /**
   * The body as ovs-ofctl prints it after `NAME (OF1.3) (xid=0x1):`, with its leading blank or
   * line feed. Nothing where there is no body.
   */
  readonly text?: (body: Body, nested: Nested) => string
}

/** Declares a kind, keeping its name as a literal type. */
export const messageKind = <const Name extends string, Body>(kind: MessageKind<Name, Body>): MessageKind<Name, Body> =>
  kind

/** The object of a message of kind `K`: its body, its `type` and transaction id. */
export type MessageOf<K> =
  K extends MessageKind<infer Name, infer Body> ? { readonly type: Name; readonly xid: number } & Readonly<Body> : never
