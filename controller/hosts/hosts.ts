import type { Report } from '../engine/index.ts'
import {
  type Endpoint,
  Listener,
  type ListenerOptions,
  OvsdbError,
  type OvsdbSession,
  openVSwitch,
  pairsIn,
  schemaOf,
  select,
} from '../ovsdb/index.ts'
import { type Id, makeId } from '../state/index.ts'
import { Bindings } from './bindings.ts'
import { Host, type Surroundings } from './host.ts'
import type { BindingFact, HostFact, Observer } from './observer.ts'
import type { Problem } from './once.ts'
import { type Refusal, Refusals } from './refusals.ts'
import type { OpenFlowPort } from './settings.ts'
import type { ZoneLimit } from './upkeep/index.ts'

export interface HostsOptions {
  readonly report?: Report
  /** Where switches reach this controller, for hosts without `heddle-controller`: port 6653 without TLS unless given. */
  readonly openflow?: Partial<OpenFlowPort>
  /** What was bound when the controller ended: taken back when the host shows that it is not so any more. */
  readonly remembered?: Iterable<readonly [portId: string, binding: BindingFact]>
  readonly listener?: ListenerOptions
  /** What bounds connection tracking on a host, by the number of the zone: nothing unless given. */
  readonly limitsOf?: (host: string) => ReadonlyMap<number, ZoneLimit>
  /** Hosts that are known at a time: 16,384. More are refused. */
  readonly most?: number
}

/** A host for people to read. */
export interface HostStatus {
  readonly id: string
  /** Undefined until the host has its bridge. */
  readonly fact: HostFact | undefined
  /** Where its database connects from; undefined while it does not. */
  readonly from: string | undefined
  /** When it connected, or was lost: milliseconds since 1970. */
  readonly since: number
  /** What is amiss there. */
  readonly problems: readonly string[]
}

/** Milliseconds in which a host must answer when another one takes its name. */
const aliveDeadline = 2_000
const mostHosts = 16_384
const howToName = 'set it: ovs-vsctl set open_vswitch . external_ids:system-id=NAME'

/** @throws OvsdbError for a server whose host has no name, or one that is none */
const identify = async (session: OvsdbSession): Promise<Id<'host'>> => {
  const [result] = await session.transact(openVSwitch, [select('Open_vSwitch', [], ['external_ids'])])
  const ids = pairsIn(result?.rows?.[0]?.external_ids)
  const id = ids.get('system-id')
  if (id === undefined || id === '')
    throw new OvsdbError(`its Open vSwitch has no external_ids:system-id; ${howToName}`)
  try {
    return makeId('host', id)
  } catch (error) {
    throw new OvsdbError(`external_ids:system-id: ${(error as Error).message}; ${howToName}`)
  }
}

/**
 * The hosts of the network: waits for their databases (`ovs-vsctl set-manager`), makes and keeps there
 * what tunnels and ports need, and tells the observer what they report.
 */
export class Hosts {
  private readonly observer: Observer
  private readonly around: Surroundings
  private readonly options: HostsOptions
  private readonly hosts = new Map<string, Host>()
  private readonly bindings: Bindings
  private readonly listeners: Listener[] = []
  private readonly refusals = new Refusals()

  constructor(observer: Observer, options: HostsOptions = {}) {
    this.observer = observer
    this.options = options
    const changed = (portId: string, before: BindingFact | undefined, now: BindingFact | undefined) =>
      this.bound(portId, before, now)
    this.bindings = new Bindings(changed, options.remembered ?? [])
    this.around = {
      observer: { ...observer, host: (fact) => this.told(fact) },
      bindings: this.bindings,
      report: options.report ?? (() => undefined),
      openflow: { port: 6653, tls: false, ...options.openflow },
      limitsOf: options.limitsOf ?? (() => new Map()),
    }
  }

  /**
   * Waits for hosts at an endpoint.
   *
   * @throws OvsdbError for a plain-text port open to the network without `insecure: true`
   */
  async listen(endpoint: Endpoint): Promise<Listener> {
    const refused = (address: string, reason: string) => {
      this.refusals.add(address, reason)
      this.around.report('warn', `a host was refused: ${reason}`, { address })
    }
    const slowed = (address: string) =>
      this.around.report('warn', 'hosts at an address keep failing: new connections from there wait their turn', {
        address,
      })
    const up = (session: OvsdbSession) => this.up(session)
    const listener = new Listener(endpoint, { up, refused, slowed }, this.options.listener)
    await listener.start()
    this.listeners.push(listener)
    return listener
  }

  /** Ends all connections. What was made on the hosts stays. */
  async stop(): Promise<void> {
    for (const { session } of this.hosts.values()) session?.close('the controller ends')
    await Promise.all(this.listeners.splice(0).map((listener) => listener.stop()))
  }

  /**
   * Shows on the interfaces of these ports that their hosts hold all flows for them; ports that are
   * not bound are left out.
   *
   * @param dpid the bridge that has confirmed: ports that have moved elsewhere meanwhile are left out, too
   */
  installed(portIds: Iterable<string>, dpid?: bigint): void {
    for (const portId of portIds) {
      const binding = this.bindings.winner(portId)
      const host = binding && this.hosts.get(binding.host)
      if (binding && host && (dpid === undefined || host.fact?.dpid === dpid)) host.mark(binding.interface, true)
    }
  }

  /**
   * Takes back all that a host has reported, as when it will not come again.
   *
   * @returns false where it is connected: it would only report all of it anew
   */
  forget(id: string): boolean {
    if (this.hosts.get(id)?.session) return false
    this.bindings.forget(id)
    this.hosts.delete(id)
    this.observer.hostGone(id)
    return true
  }

  /** Who was refused within the last minute, and why. */
  get refused(): readonly Refusal[] {
    return this.refusals.recent()
  }

  /** What is amiss with a host. */
  problemsOf(id: string): readonly Problem[] {
    return this.hosts.get(id)?.problems ?? []
  }

  /** What bounds connection tracking on a host has changed. */
  limitsChanged(id: string): void {
    this.hosts.get(id)?.limitsChanged()
  }

  /** The hosts that were seen since the controller started. */
  list(): HostStatus[] {
    return [...this.hosts.values()].map(({ id, fact, session, since, texts }) => ({
      ...{ id, fact, since, problems: texts },
      from: session?.origin.text,
    }))
  }

  private async up(session: OvsdbSession): Promise<void> {
    const schema = await schemaOf(session)
    const host = this.hostFor(await identify(session))
    const first = host.session
    if (first) {
      // Unless it is dead, as where a host lost its power and has come back: then the next attempt succeeds.
      void first.rpc.isAlive(aliveDeadline)
      throw new OvsdbError(
        `host ${host.id} is connected from ${first.origin.text} already; each needs its own system-id`,
      )
    }
    if (!session.rpc.closed) await host.follow(session, schema)
  }

  private hostFor(id: Id<'host'>): Host {
    const known = this.hosts.get(id)
    if (known) return known
    const most = this.options.most ?? mostHosts
    if (this.hosts.size >= most) throw new OvsdbError(`${most} hosts are known already`)
    const host = new Host(id, this.around)
    this.hosts.set(id, host)
    return host
  }

  private told(fact: HostFact): void {
    for (const other of this.hosts.values()) {
      if (other.id === fact.id || other.fact?.dpid !== fact.dpid) continue
      const text = `hosts ${other.id} and ${fact.id} have the same datapath id: clear other_config:datapath-id of one`
      this.around.report('warn', text, { hosts: [other.id, fact.id] })
    }
    this.observer.host(fact)
  }

  /** A mark was made for the place where the port was: the new one has to be confirmed first. */
  private bound(portId: string, before: BindingFact | undefined, now: BindingFact | undefined): void {
    const isSamePlace =
      before?.host === now?.host && before?.interface === now?.interface && before?.ofport === now?.ofport
    if (before && !isSamePlace) this.hosts.get(before.host)?.mark(before.interface, false)
    if (now) this.observer.binding(portId, now)
    else if (before) this.observer.unbound(portId, before.host)
  }
}
