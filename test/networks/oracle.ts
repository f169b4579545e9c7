import type { Visit, WalkHost } from '../../topology/walk/index.ts'
import type { NetworksLab } from './lab.ts'

/** A flow that a packet met: its table, priority and cookie. */
export type MetFlow = string

const bridge = 'br-int'

/** What a frame came by, as ovs-ofctl writes a flow. */
const arrival = (hosts: readonly WalkHost[], { host, ofport, tunnel }: Visit['place']): string => {
  const address = (id: string): string => hosts.find((one) => one.id === id)?.address ?? ''
  if (!tunnel) return `in_port=${ofport}`
  const family = address(host).includes(':') ? 'tun_ipv6' : 'tun'
  const ends = `${family}_src=${address(tunnel.from)},${family}_dst=${address(host)}`
  return `in_port=${ofport},tun_id=${tunnel.vni},${ends}`
}

/** What Open vSwitch itself says of a frame: the flows that it meets, and what the data path does with it. */
export interface Oracle {
  readonly flows: readonly MetFlow[]
  readonly actions: string
  readonly text: string
}

/** ` 3. arp,arp_op=1, priority 100, cookie 0x6865…`; flows of the underlay's bridge have no cookie. */
const line = /^ *(\d+)\. (?:.*, )?priority (\d+), cookie (0x[0-9a-f]+)$/

/** Asks `ovs-appctl ofproto/trace` on the host of a visit. */
export const askOracle = async (lab: NetworksLab, hosts: readonly WalkHost[], visit: Visit): Promise<Oracle> => {
  const hex = Buffer.from(visit.frame).toString('hex')
  const daemons = lab.daemons(visit.place.host)
  const text = await daemons.appctl('ofproto/trace', bridge, arrival(hosts, visit.place), hex)
  const flows = text.split('\n').flatMap((one) => {
    const [, table, priority, cookie] = line.exec(one) ?? []
    return table === undefined ? [] : [`${table} ${priority} ${cookie}`]
  })
  const actions = [...text.matchAll(/^Datapath actions: (.*)$/gm)].map(([, found]) => found)
  return { flows, actions: actions.join(' '), text }
}

/** The same of the computed way. */
export const metBy = ({ steps }: Visit): MetFlow[] =>
  steps
    .filter(({ matched }) => matched)
    .map(({ table, held, flow }) => {
      const cookie = /cookie=(0x[0-9a-f]+|\d+)/.exec(held?.text ?? '')?.[1] ?? '0x0'
      const priority = /priority=(\d+)/.exec(flow)?.[1] ?? '32768'
      return `${table} ${priority} 0x${BigInt(cookie).toString(16)}`
    })
