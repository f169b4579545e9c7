import { parseIpv4, parseIpv6 } from '../../controller/openflow/wire/address.ts'
import { ethernetLength } from '../../controller/packet/index.ts'
import type { Output, Punt, TraceStep } from '../sim/pipeline/report.ts'
import { type End, endOf, type Step } from './steps.ts'
import { type Loaded, Switches } from './switches.ts'
import { type HeldFlow, UnreadableError, type WalkHost, type World } from './world.ts'

/** Where a frame comes into a host's switch. */
export interface Place {
  readonly host: string
  /** OpenFlow number. */
  readonly ofport: number
  readonly tunnel?: { readonly from: string; readonly type: string; readonly vni: number }
}

/** What became of a frame on one host. */
export interface Visit {
  readonly place: Place
  readonly frame: Uint8Array
  readonly steps: readonly Step[]
  readonly ends: readonly End[]
  /** What the simulated switch did not take of what the real one holds. */
  readonly leftOut: readonly string[]
}

/** A packet's way: the first visit is where it starts, others follow where tunnels lead. */
export interface Walk {
  readonly visits: readonly Visit[]
}

/** Hosts that one packet is followed to: a broadcast may go to all. */
const mostVisits = 64

const stepOf = ({ held }: Loaded, { table, flow, depth, actions, entry }: TraceStep): Step => {
  const maker: HeldFlow | undefined = entry && held.get(entry)
  const isIdle = entry !== undefined && entry.steps.length === 0
  // One that tells the controller of what it drops has something to do.
  const drop = maker?.drop ?? (isIdle ? '' : undefined)
  return {
    ...{ table, flow, depth, actions, matched: entry !== undefined || flow === 'action set' },
    ...(drop === undefined ? {} : { drop }),
    ...(maker ? { maker: { app: maker.app, rule: maker.rule, object: maker.object }, held: maker } : {}),
  }
}

/** Takes packets through the switches of hosts, as they hold their flows now. */
export class Walker {
  readonly world: World
  private readonly switches: Switches

  constructor(world: World) {
    this.world = world
    this.switches = new Switches(world)
  }

  /** Where a frame that comes in at a place goes. */
  async walk(place: Place, frame: Uint8Array): Promise<Walk> {
    const visits: Visit[] = []
    const waiting = [{ place, frame }]
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (visits.length >= mostVisits) break
      visits.push(await this.visit(next.place, next.frame, waiting))
    }
    return { visits }
  }

  private async visit(place: Place, frame: Uint8Array, waiting: { place: Place; frame: Uint8Array }[]): Promise<Visit> {
    const nothing = { place, frame, steps: [], leftOut: [] }
    const lost = (why: string): Visit => ({ ...nothing, ends: [{ is: 'lost', why }] })
    const host = this.world.hosts.find(({ id }) => id === place.host)
    if (!host) return lost(`no host has reported itself as ${place.host}`)
    try {
      const loaded = await this.switches.at(host)
      if (!loaded.sw.ports.get(place.ofport)) return lost(`its switch has no port ${place.ofport}`)
      return this.run(loaded, place, frame, waiting)
    } catch (error) {
      if (error instanceof UnreadableError) return lost(error.message)
      throw error
    }
  }

  private run(loaded: Loaded, place: Place, frame: Uint8Array, waiting: { place: Place; frame: Uint8Array }[]): Visit {
    const report = loaded.sw.receive(place.ofport, frame, true, this.wrapping(loaded.host, place))
    const steps = (report.trace ?? []).map((step) => stepOf(loaded, step))
    const ends = [
      ...report.outputs.map((output) => this.left(loaded, place, output, waiting)),
      ...report.punts.map((punt) => puntEnd(steps, punt)),
      ...steps.flatMap((step) => endOf(step) ?? []),
    ]
    const { leftOut } = loaded
    return { place, frame, steps, ends: ends.length === 0 ? [idle(steps)] : ends, leftOut }
  }

  /** What a frame from another host was wrapped in. */
  private wrapping(here: WalkHost, { tunnel }: Place) {
    const there = tunnel && this.world.hosts.find(({ id }) => id === tunnel.from)
    if (!tunnel || !there) return undefined
    const isIpv6 = here.address.includes(':')
    const [src, dst] = [there.address, here.address]
    return {
      id: BigInt(tunnel.vni),
      ...(isIpv6 ? { src: 0, dst: 0 } : { src: parseIpv4(src), dst: parseIpv4(dst) }),
      ...(isIpv6 ? { ipv6Src: parseIpv6(src), ipv6Dst: parseIpv6(dst) } : { ipv6Src: 0n, ipv6Dst: 0n }),
    }
  }

  private left(
    { host, holdings }: Loaded,
    place: Place,
    { port: ofport, frame, tunnel }: Output,
    waiting: { place: Place; frame: Uint8Array }[],
  ): End {
    if (tunnel) {
      const [type = ''] = Object.entries(host.tunnels).find(([, number]) => number === ofport) ?? []
      return this.tunnelled(host, type, { frame, tunnel }, waiting)
    }
    if (ofport === place.ofport) return { is: 'back', ofport, frame }
    const port = this.world.ports.find((one) => one.host === host.id && one.ofport === ofport)
    if (port) return { is: 'delivered', port: port.id, ofport, frame }
    const [physical] = Object.entries(host.physical).find(([, number]) => number === ofport) ?? []
    const name = holdings.ports.find(({ number }) => number === ofport)?.name ?? String(ofport)
    return { is: 'left', name, ofport, frame, ...(physical === undefined ? {} : { physical }) }
  }

  /** A frame that goes into a tunnel comes out at the host with its address. */
  private tunnelled(
    from: WalkHost,
    type: string,
    { frame, tunnel }: { frame: Uint8Array; tunnel: NonNullable<Output['tunnel']> },
    waiting: { place: Place; frame: Uint8Array }[],
  ): End {
    const vni = Number(tunnel.id)
    const isAddress = ({ address }: WalkHost): boolean =>
      address.includes(':') ? parseIpv6(address) === tunnel.ipv6Dst : parseIpv4(address) === tunnel.dst
    const to = this.world.hosts.find(isAddress)
    if (!to) return { is: 'lost', why: 'no host has the address that the tunnel leads to' }
    const ofport = to.tunnels[type]
    if (ofport === undefined) return { is: 'lost', why: `host ${to.id} has no tunnel port for ${type}` }
    const room = this.world.room?.(from, to, type)
    const length = frame.length - ethernetLength
    if (room !== undefined && length > room) {
      const why = `${length} bytes do not fit into the tunnel from ${from.id} to ${to.id} by ${type}: at most ${room} do`
      return { is: 'lost', why }
    }
    waiting.push({ place: { host: to.id, ofport, tunnel: { from: from.id, type, vni } }, frame })
    return { is: 'tunnelled', to: to.id, type, vni, frame }
  }
}

const puntEnd = (steps: readonly Step[], { tableId, frame }: Punt): End => {
  const step = steps.findLast(({ table }) => table === tableId)
  return { is: 'punted', frame, ...(step ? { step } : {}) }
}

/** Nothing came of the packet, and no flow says that it was dropped: the last thing done says why. */
const idle = (steps: readonly Step[]): End => {
  const last = steps.at(-1)
  const why = last?.actions.at(-1) ?? 'nothing was done with it'
  return { is: 'lost', why, ...(last ? { step: last } : {}) }
}
