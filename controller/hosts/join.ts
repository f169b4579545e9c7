import { type Engine, Losses, type Observations, type Report } from '../engine/index.ts'
import type { Binding, Host as HostDocument } from '../state/index.ts'
import { Hosts, type HostsOptions } from './hosts.ts'
import type { BindingFact, HostFact } from './observer.ts'

const documentOf = ({
  dpid,
  name,
  encapAddress,
  types,
  tunnels,
  physical,
  underlayMtu,
  version,
}: HostFact): HostDocument => ({
  dpid: dpid.toString(16).padStart(16, '0'),
  name,
  encap: { address: encapAddress, types: [...types] },
  tunnels,
  ...(Object.keys(physical).length === 0 ? {} : { physical }),
  ...(underlayMtu === undefined ? {} : { underlayMtu }),
  ...(version === undefined ? {} : { version }),
})

const bindingOf = ({ host, interface: name, ofport }: BindingFact): Binding => ({ host, interface: name, ofport })

/** Milliseconds in which a host is to confirm what is new; those that have not are asked again. */
const confirmDeadline = 30_000

/**
 * Says on hosts which ports are ready: those whose hosts have confirmed all that is wanted of them.
 * Ports that come while a host is asked wait for the next answer, together.
 */
class Readiness {
  private readonly engine: Engine
  private readonly ready: (ports: Iterable<string>, dpid: bigint) => void
  private readonly waiting = new Map<bigint, Set<string>>()
  /** Where ports were when their hosts confirmed them. */
  private readonly confirmed = new Map<string, bigint>()
  private readonly asked = new Set<bigint>()

  constructor(engine: Engine, ready: (ports: Iterable<string>, dpid: bigint) => void) {
    this.engine = engine
    this.ready = ready
  }

  /** Whether the host of a port has confirmed all that the port needs. */
  isReady(port: string): boolean {
    return this.confirmed.has(port)
  }

  /** A port is nowhere any more. */
  remove(port: string): void {
    this.confirmed.delete(port)
  }

  /** A port came to a switch, or may have. */
  add(dpid: bigint, port: string): void {
    if (this.confirmed.get(port) !== dpid) this.confirmed.delete(port)
    const ports = this.waiting.get(dpid)
    if (ports) ports.add(port)
    else this.waiting.set(dpid, new Set([port]))
    this.ask(dpid)
  }

  /** A switch came: what waits for it may be ready soon. */
  ask(dpid: bigint): void {
    if (this.asked.has(dpid) || !this.waiting.has(dpid) || !this.engine.switches.has(dpid)) return
    this.asked.add(dpid)
    // By the end of this turn all apps have heard of the change that this follows from.
    queueMicrotask(() => void this.confirm(dpid))
  }

  private tell(ports: ReadonlySet<string>, dpid: bigint): void {
    const here = [...ports].filter((port) => this.engine.model.ports.get(port)?.dpid === dpid)
    for (const port of here) this.confirmed.set(port, dpid)
    this.ready(here, dpid)
  }

  private async confirm(dpid: bigint): Promise<void> {
    const ports = this.waiting.get(dpid) ?? new Set<string>()
    this.waiting.delete(dpid)
    const missing = await this.engine.confirmed(confirmDeadline, [dpid])
    this.asked.delete(dpid)
    if (missing.length === 0) this.tell(ports, dpid)
    else this.waiting.set(dpid, new Set([...ports, ...(this.waiting.get(dpid) ?? [])]))
    this.ask(dpid)
  }
}

const limitsOf = (model: Engine['model']) => (host: string) =>
  new Map(model.zoneLimitsOf(host).map(({ zone, router, limit }) => [zone, { router, limit }]))

/** Has hosts told of what bounds their routers: of many changes in one turn, once. */
const joinLimits = ({ model }: Engine, hosts: Hosts): void => {
  const changed = new Set<string>()
  model.zoneLimits.follow((_, key, before) => {
    const host = (model.zoneLimits.get(key) ?? before)?.host
    if (host === undefined) return
    if (changed.size === 0) {
      setImmediate(() => {
        for (const id of changed) hosts.limitsChanged(id)
        changed.clear()
      })
    }
    changed.add(host)
  })
}

/** Hosts that are joined with an engine. */
export interface JoinedHosts {
  readonly hosts: Hosts
  /** Whether the host of a port has confirmed all that the port needs. */
  readonly isInstalled: (port: string) => boolean
  /** Ends all connections of hosts' databases; what runs there goes on. */
  readonly stop: () => Promise<void>
}

/** Connects hosts with the engine: what they report becomes facts, ports are shown to be ready, lost hosts are made up for. */
export const joinHosts = (
  engine: Engine,
  observations: Observations,
  options: Omit<HostsOptions, 'remembered'> & { readonly report: Report },
): JoinedHosts => {
  const { model } = engine
  const hosts = new Hosts(
    {
      host: (fact) => {
        observations.host(fact.id, documentOf(fact))
        for (const id of model.portsOf(fact.id)) readiness.add(fact.dpid, id)
      },
      hostGone: (id) => observations.host(id, undefined),
      binding: (port, binding) => observations.bindings([[port, bindingOf(binding)]]),
      unbound: (port) => observations.bindings([[port, undefined]]),
    },
    { ...options, remembered: model.bindings(), limitsOf: limitsOf(model) },
  )
  joinLimits(engine, hosts)
  const readiness = new Readiness(engine, (ports, dpid) => hosts.installed(ports, dpid))
  model.ports.follow((_, id) => {
    const { dpid } = model.ports.get(id) ?? {}
    if (dpid === undefined) readiness.remove(id)
    else readiness.add(dpid, id)
  })
  engine.onUp((dpid) => readiness.ask(dpid))
  const losses = new Losses(engine, options.report)
  const stop = async (): Promise<void> => {
    losses.stop()
    await hosts.stop()
  }
  return { hosts, isInstalled: (port) => readiness.isReady(port), stop }
}
