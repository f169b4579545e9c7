import type { Static, TSchema } from 'typebox'
import type { FlowBuilder, GroupEntry, MeterEntry, Stages } from '../flow/index.ts'
import type { Message, MessageNamed, PacketInView, Port, Reply, Unsent } from '../switch/index.ts'
import type { Admitting } from './admission.ts'
import type { Collection, View } from './facts.ts'
import type { SharedCollectionOf, SharedFacts } from './model/shared.ts'

/** What a rule gives for one object on one switch: flows, and groups and meters that they use. */
export type Wanted = FlowBuilder | GroupEntry | MeterEntry

/** The kinds of things an app keeps: each made by `collection<Value>()`. */
export type Collections = Readonly<Record<string, CollectionOf<unknown>>>

/** `value` is never there: it carries the type. */
export interface CollectionOf<V> {
  readonly value?: V
}

/** Declares a collection of values of type `V`. */
export const collection = <V>(): CollectionOf<V> => ({})

type ValueOf<D> = D extends CollectionOf<infer V> ? V : never

/** A collection as handlers have it: what the controller keeps for all apps is read only. */
type Handled<D> =
  D extends SharedCollectionOf<keyof SharedFacts>
    ? Pick<Collection<ValueOf<D>>, 'get' | 'has' | 'keys' | 'entries' | 'size'>
    : Collection<ValueOf<D>>

/** A switch as apps see it. */
export interface SwitchView {
  readonly dpid: bigint
  /** The datapath id as text: `0000000000000001`. */
  readonly name: string
  /** What it speaks. Switches of OpenFlow 1.0 hold no flows of rules; only reactive apps see them. */
  readonly openflow: '1.0' | '1.3'
  /** Whether it has Open vSwitch's actions and fields: registers, move, resubmit, learn, ct. */
  readonly nicira: boolean
  /** Its ports by number, as it last described them. */
  readonly ports: ReadonlyMap<number, Port>
}

/** The switch that a packet came from, and the way to answer it. */
export interface PacketSource extends SwitchView {
  /** Writes answers straight into what the switch is sent next: the fast way, for every packet. */
  readonly reply: Reply
}

/** A flow as a switch reports it. */
export type InstalledFlow = MessageNamed<'flowStatsReply'>['flows'][number]

/** What a rule sees besides its object. */
export interface RuleContext<P extends readonly string[], C extends Collections, Config = unknown> {
  readonly stages: Stages<P>
  readonly switch: SwitchView
  /** As the user gave it, with the defaults of the app's schema filled in. */
  readonly config: Config
  /** The app's collections; what is read through them is recorded. */
  readonly view: { readonly [K in keyof C]: View<ValueOf<C[K]>> }
}

/** Flows for a switch itself. */
export interface SwitchRule<P extends readonly string[], C extends Collections, Config> {
  readonly each?: undefined
  flows(context: RuleContext<P, C, Config>): readonly Wanted[]
}

/** Flows for each object of a collection, on each switch where it matters. */
export interface ObjectRule<P extends readonly string[], C extends Collections, K extends keyof C, Config> {
  readonly each: K
  /** The one switch where the object matters; all switches unless given. */
  on?(object: ValueOf<C[K]>, key: string): bigint | undefined
  /** The network on whose hosts the object matters, on all of them; instead of `on`. */
  across?(object: ValueOf<C[K]>, key: string): string | undefined
  /**
   * The network from whose hosts the object is reached, on all of them: those that have ports of it, or of a
   * network that routers join it with; instead of `on` and `across`.
   */
  through?(object: ValueOf<C[K]>, key: string): string | undefined
  /**
   * Scopes of policies on whose hosts the object matters (`model.scopes`), on all of them: those that have a
   * port that a policy concerns; instead of the others.
   */
  within?(object: ValueOf<C[K]>, key: string): readonly string[]
  flows(object: ValueOf<C[K]>, context: RuleContext<P, C, Config>, key: string): readonly Wanted[]
}

type AnyObjectRule<P extends readonly string[], C extends Collections, Config> = {
  readonly [K in keyof C]: ObjectRule<P, C, K, Config>
}[keyof C]

export type Rule<P extends readonly string[], C extends Collections, Config = unknown> =
  | SwitchRule<P, C, Config>
  | AnyObjectRule<P, C, Config>

/** What an app's handlers have to work with. */
export interface AppContext<C extends Collections, Config = unknown> {
  /** As the user gave it, with the defaults of the app's schema filled in. */
  readonly config: Config
  readonly collections: { readonly [K in keyof C]: Handled<C[K]> }
  readonly switches: ReadonlyMap<bigint, SwitchView>
  /**
   * Sends a message to a switch of OpenFlow 1.3, beside its flows; nothing happens where it has gone.
   */
  readonly send: (dpid: bigint, message: Unsent) => void
  /** Which of the app's rules made the flow that punted a packet, and for which object; more than one where cookies collide. */
  readonly madeBy: (packet: PacketInView) => readonly Maker[]
  /** Tells the operator something, in the controller's log. */
  readonly log: (message: string, about?: Readonly<Record<string, unknown>>) => void
}

/** What made a flow: a rule of an app, for the key of an object; empty for rules about a switch itself. */
export interface Maker {
  readonly rule: string
  readonly object: string
}

/**
 * An app: the stages that it uses, what it keeps, the rules that turn that into flows, and what it
 * does when things happen. Rules are pure; only handlers change collections.
 */
export interface App<
  P extends readonly string[] = readonly string[],
  C extends Collections = Collections,
  S extends TSchema = TSchema,
> extends Admitting<Static<S>> {
  /** Lower-case letters, digits and hyphens. */
  readonly name: string
  /** Names of its stages, in the order in which packets pass them; those of `integration` where that is its bridge. */
  readonly pipeline: P
  /**
   * `integration`: it acts on the bridges of hosts, and shares stages and registers with the other
   * apps there. Without it, on all other bridges, in tables of its own.
   */
  readonly bridge?: 'integration'
  readonly collections: C
  /** What can be configured, as a TypeBox schema; an app without one takes no configuration. */
  readonly config?: S
  /** Rules by name; the name is part of each flow's cookie. */
  readonly rules: Readonly<Record<string, Rule<P, C, Static<S>>>>
  /** Limits the packets that its flows punt, in each switch that has meters. */
  readonly punts?: { readonly packetsPerSecond: number }
  /**
   * Whether it can serve a switch by answering each packet in `packetIn`: then it is also given all
   * packets of switches that speak OpenFlow 1.0, which hold no flows of its rules.
   */
  readonly reactive?: boolean
  /**
   * A flow of the app's that a switch held when it connected: what the app knew before the
   * controller was restarted. What it does not take up again is removed.
   */
  recover?(flow: InstalledFlow, from: SwitchView, context: AppContext<C, Static<S>>): void
  /**
   * A packet that one of the app's flows punted, or any of a switch of OpenFlow 1.0 where the app is
   * reactive. The view is good during the call only.
   */
  packetIn?(packet: PacketInView, from: PacketSource, context: AppContext<C, Static<S>>): void
  /** A fact that the controller keeps, in one of the app's shared collections, came, changed or went. */
  changed?(collection: keyof C & string, key: string, before: unknown, context: AppContext<C, Static<S>>): void
  switchUp?(from: SwitchView, context: AppContext<C, Static<S>>): void
  switchDown?(from: SwitchView, context: AppContext<C, Static<S>>): void
  /** A port came, went or changed; `from.ports` shows it already. */
  portStatus?(port: Port, from: SwitchView, context: AppContext<C, Static<S>>): void
  /** Any other message that a switch sent unasked, such as flow-removed. */
  message?(message: Message, from: SwitchView, context: AppContext<C, Static<S>>): void
  /** Called about once a second, to forget what is old. */
  tick?(context: AppContext<C, Static<S>>): void
}

const nameForm = /^[a-z][a-z0-9-]{0,62}$/

/**
 * Declares an app. The stages and collections that it names are known to the types of its rules:
 * a goto to an earlier stage, or a read of a collection that is not declared, does not compile.
 *
 * @throws RangeError when its name is not of lower-case letters, digits and hyphens
 */
export const defineApp = <const P extends readonly string[], C extends Collections, S extends TSchema>(
  app: App<P, C, S>,
): App<P, C, S> => {
  if (!nameForm.test(app.name)) throw new RangeError(`app name "${app.name}": lower-case letters, digits and hyphens`)
  return app
}
