import type { Output } from '../../sim/index.ts'
import type { Row } from '../../sim/ovsdb/index.ts'
import type { Outlet } from './bridge.ts'
import type { End } from './cable.ts'
import type { TunnelType } from './encapsulation.ts'
import { mappedIn, textIn } from './rows.ts'

type Join = Parameters<Outlet['join']>[0]

/** A port to which nothing is joined, such as a bridge's own. */
const nowhere = (key: string): Outlet => ({
  ...{ key, isUp: () => true, send: () => undefined, join: () => undefined, leave: () => undefined },
})

/** A card of the host. */
const device = (name: string, end: End, carrier: (isUp: boolean) => void): Outlet => ({
  key: `device ${name}`,
  isUp: () => end.isUp,
  send: ({ frame }) => end.send(frame),
  join({ number, receive }) {
    end.take = (frame) => void receive(number, frame)
    end.carrier = carrier
  },
  leave() {
    end.take = () => undefined
    end.carrier = () => undefined
  },
})

/** What interfaces of a host can lead to. */
export interface Surroundings {
  readonly devices: ReadonlyMap<string, End>
  /** Ports that end tunnels, by their types. */
  readonly tunnels: Map<string, Join>
  /** Ports that lead to one on another bridge, by their names. */
  readonly patches: Map<string, Join>
  readonly tunnel: (type: TunnelType, output: Output) => void
  readonly carrier: (name: string, isUp: boolean) => void
}

const tunnel = (type: TunnelType, { tunnels, tunnel: send }: Surroundings): Outlet => ({
  ...{ key: type, tunnel: true, isUp: () => true },
  send: (output) => send(type, output),
  join: (port) => void tunnels.set(type, port),
  leave: () => void tunnels.delete(type),
})

/** What goes out comes in at the other one, in a later turn: two patches can make a loop. */
const patch = (name: string, peer: string, { patches }: Surroundings): Outlet => ({
  ...{ key: `patch ${peer}`, isUp: () => true },
  send({ frame }) {
    setImmediate(() => {
      const other = patches.get(peer)
      other?.receive(other.number, frame)
    })
  },
  join: (port) => void patches.set(name, port),
  leave: () => void patches.delete(name),
})

const isTunnel = (type: string): type is TunnelType => type === 'geneve' || type === 'vxlan' || type === 'gre'

/** The types of interfaces that a simulated host has. */
export const interfaceTypes = ['geneve', 'gre', 'internal', 'patch', 'system', 'vxlan']

/** What an interface leads to; else why it does not work. */
export const outletOf = (row: Row, around: Surroundings): Outlet | string => {
  const [name, type] = [textIn(row, 'name'), textIn(row, 'type')]
  const option = (key: string): string | undefined => mappedIn(row, 'options', key)
  if (type === 'internal') return nowhere(type)
  if (type === 'patch') return patch(name, option('peer') ?? '', around)
  if (isTunnel(type)) {
    if (option('remote_ip') === 'flow' && option('key') === 'flow') return tunnel(type, around)
    return 'only options:remote_ip=flow options:key=flow is simulated'
  }
  if (type !== '' && type !== 'system') return `interfaces of type ${type} are not simulated`
  const end = around.devices.get(name)
  return end
    ? device(name, end, (isUp) => around.carrier(name, isUp))
    : `could not open network device ${name} (No such device)`
}
