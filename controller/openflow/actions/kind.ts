import type { Item } from '../text/scan.ts'
import type { Codec } from '../wire/codec.ts'

/** How an action is told apart on the wire: by type, or by experimenter and subtype. */
export type ActionWire = { readonly type: number } | { readonly experimenter: number; readonly subtype: number }

/** The actions that a keyword of ovs-ofctl's syntax stands for. */
export type ParseAction<A> = (item: Item, context: ParseContext<A>) => readonly A[]

/** What is known of the packets that actions in text are for: the match, and earlier actions. */
export interface Packet {
  readonly ethType?: number
  readonly ipProto?: number
  /** True where packets have a VLAN tag. */
  readonly vlan?: boolean
}

/** What a keyword's parser may need of the rest. */
export interface ParseContext<A> {
  /** Parses a nested list of actions, as inside ct(exec(…)). */
  readonly actions: (text: string) => readonly A[]
  readonly packet: Packet
}

/** How nested actions are printed. */
export type FormatActions = (actions: readonly never[]) => string

/**
 * One kind of action: its name in our objects, its wire numbers, its body (what follows the type
 * and length, or for Nicira the subtype), how it prints, and the keywords that make it.
 */
export interface ActionKind<Name extends string = string, Body = unknown> {
  readonly name: Name
  readonly wire: ActionWire
  /** `Body` without the `type` member. Zero padding at the end, up to 7 bytes, is not its business. */
  readonly body: Codec<Body>
  readonly format: (body: Body, nested: FormatActions) => string
  /** Keywords, each with its parser; the body is a plain object with `type`. */
  readonly keywords?: Readonly<Record<string, ParseAction<unknown>>>
}

/** Declares a kind, keeping its name as a literal type. */
export const actionKind = <const Name extends string, Body>(kind: ActionKind<Name, Body>): ActionKind<Name, Body> =>
  kind

/** The object of an action of kind `K`: its body and its `type`. */
export type ActionOf<K> =
  K extends ActionKind<infer Name, infer Body> ? { readonly type: Name } & Readonly<Body> : never
