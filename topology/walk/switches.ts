import { parseFlowMod } from '../../controller/openflow/text/flow.ts'
import { parseGroupMod } from '../../controller/openflow/text/group.ts'
import { parseMeterMod } from '../../controller/openflow/text/meter.ts'
import { ManualClock } from '../sim/clock.ts'
import { together } from '../sim/journal.ts'
import { type Mod, sameFlow } from '../sim/mods.ts'
import { SimSwitch } from '../sim/switch.ts'
import type { Entry } from '../sim/tables/entry.ts'
import type { HeldFlow, Holdings, WalkHost, World } from './world.ts'

/** A host's switch with what the real one holds. */
export interface Loaded {
  readonly host: WalkHost
  readonly sw: SimSwitch
  readonly holdings: Holdings
  /** Flows by their entries in the tables. */
  readonly held: ReadonlyMap<Entry, HeldFlow>
  /** What the simulated switch does not take, each with the reason. */
  readonly leftOut: readonly string[]
}

const load = (host: WalkHost, holdings: Holdings): Loaded => {
  const tunnels = new Set(Object.values(host.tunnels))
  const ports = holdings.ports.map(({ number, name }) => ({ number, name, tunnel: tunnels.has(number) }))
  const sw = new SimSwitch({ dpid: BigInt(`0x${host.dpid}`), ports, clock: new ManualClock() })
  for (const { number, up } of holdings.ports) if (!up) sw.setLink(number, false)
  const leftOut: string[] = []
  const apply = (text: string, parse: (text: string) => Mod): Mod | undefined => {
    try {
      const mod = parse(text)
      together((journal) => sw.apply(mod, journal))
      return mod
    } catch (error) {
      leftOut.push(`${text}: ${(error as Error).message}`)
      return undefined
    }
  }
  for (const text of holdings.meters) apply(text, parseMeterMod)
  for (const text of holdings.groups) apply(text, parseGroupMod)
  const held = new Map<Entry, HeldFlow>()
  for (const flow of holdings.flows) {
    const mod = apply(flow.text, parseFlowMod)
    const entry = mod?.type === 'flowMod' ? sameFlow(sw, mod) : undefined
    if (entry) held.set(entry, flow)
  }
  return { host, sw, holdings, held, leftOut }
}

/** The switches that packets come to. They go on from packet to packet: connections are remembered. */
export class Switches {
  private readonly world: World
  private readonly loaded = new Map<string, Promise<Loaded>>()

  constructor(world: World) {
    this.world = world
  }

  /** @throws UnreadableError */
  at(host: WalkHost): Promise<Loaded> {
    const known = this.loaded.get(host.id) ?? this.world.read(host.id).then((holdings) => load(host, holdings))
    this.loaded.set(host.id, known)
    return known
  }
}
