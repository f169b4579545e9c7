import type { NetworksLab } from '../../../networks/lab.ts'

/** What has come to the controller from a host, and what its meters have seen, since they began. */
export interface Counts {
  /** Packets that the host's integration bridge sent, as the controller counts them. */
  readonly packetIns: number
  /** Packets that came into the host's Open vSwitch. */
  readonly received: number
  /** By app. */
  readonly given: ReadonlyMap<string, number>
  /** Packets that came to a meter for packets to the controller, and those of them that it dropped; by its number. */
  readonly meters: ReadonlyMap<number, { readonly came: number; readonly dropped: number }>
}

const metersOf = async (lab: NetworksLab, host: string): Promise<Counts['meters']> => {
  const text = await lab.daemons(host).ofctl('meter-stats', 'br-int')
  const found = text.matchAll(/meter[:=](\d+)[^\n]*packet_in_count:(\d+)[^\n]*\n[^\n]*?packet_count:(\d+)/g)
  return new Map(
    [...found].map(([, id, came, dropped]) => [Number(id), { came: Number(came), dropped: Number(dropped) }]),
  )
}

const receivedBy = async (lab: NetworksLab, host: string): Promise<number> => {
  const text = await lab.daemons(host).appctl('dpif-netdev/pmd-stats-show')
  return [...text.matchAll(/packets received: (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0)
}

export const countsOf = async (lab: NetworksLab, host: string): Promise<Counts> => {
  const [response, hosts, meters, received] = await Promise.all([
    fetch(`http://${lab.folder.facts.api}/metrics`),
    lab.client.get<readonly { readonly id: string; readonly dpid: string }[]>('/v1/hosts'),
    metersOf(lab, host),
    receivedBy(lab, host),
  ])
  const text = await response.text()
  const dpid = hosts.find(({ id }) => id === host)?.dpid ?? ''
  const total = new RegExp(`^heddle_switch_packet_ins_total\\{dpid="${dpid}"\\} (\\d+)`, 'm').exec(text)?.[1]
  if (total === undefined) throw new Error(`the metrics have no packet-ins of ${host}, ${dpid}`)
  const given = text.matchAll(/^heddle_app_packet_ins_(?:delivered|dropped)_total\{app="([^"]+)"\} (\d+)/gm)
  const byApp = new Map<string, number>()
  for (const [, app = '', count] of given) byApp.set(app, (byApp.get(app) ?? 0) + Number(count))
  return { packetIns: Number(total), received, given: byApp, meters }
}
