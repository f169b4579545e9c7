import { type LiveSwitch, type LiveSwitch10, lacksNicira } from '../../engine/index.ts'
import type { Diagnosis } from '../schemas.ts'

/** The release that heddle is tested with. */
const tested = [3, 1] as const

const isOlder = (software: string): boolean => {
  const [, major = 0, minor = 0] = (/^(\d+)\.(\d+)/.exec(software) ?? []).map(Number)
  return major < tested[0] || (major === tested[0] && minor < tested[1])
}

const version = ({ hardware, software }: LiveSwitch['session']['info']): Diagnosis[] => {
  if (hardware !== 'Open vSwitch') {
    return [{ level: 'note', finding: `this is ${hardware} ${software}; heddle is tested with Open vSwitch only` }]
  }
  if (!isOlder(software)) return []
  const finding = `Open vSwitch ${software} is older than ${tested.join('.')}, which heddle is tested with`
  return [{ level: 'note', finding, mend: 'ovs-vswitchd --version; then install a newer openvswitch-switch' }]
}

/** What a switch cannot do that apps may need. */
export const abilities = ({ session: { info } }: LiveSwitch, bridge: string, isIntegration: boolean): Diagnosis[] => {
  const { bundles, nicira, meters } = info.capabilities
  const found = version(info)
  if (!bundles) {
    found.push({
      level: 'warning',
      finding: 'it has no bundles: a change of many flows is not applied at once',
      mend: `ovs-vsctl set bridge ${bridge} protocols=OpenFlow13,OpenFlow14`,
    })
  }
  if (!nicira && isIntegration) {
    found.push({
      level: 'error',
      finding: `it is refused as a host's integration bridge: ${lacksNicira}`,
      mend: 'have Open vSwitch on that host, and run there: ovs-vsctl set-manager tcp:CONTROLLER:6640',
    })
  } else if (!nicira) {
    found.push({ level: 'warning', finding: "it lacks Open vSwitch's extensions, which conntrack and NAT need" })
  }
  if (meters === 0) {
    found.push({
      level: 'warning',
      finding: 'it has no meters: packets for the controller are not limited (the kernel data path needs Linux 4.15)',
      mend: `ovs-vsctl set bridge ${bridge} datapath_type=netdev`,
    })
  }
  if (info.buffers > 0) {
    found.push({ level: 'note', finding: `it buffers ${info.buffers} packets; heddle has whole packets sent instead` })
  }
  return found
}

/** What a switch of OpenFlow 1.0 cannot do: nearly everything. */
export const abilities10 = ({ session }: LiveSwitch10, bridge: string, reactive: readonly string[]): Diagnosis[] => [
  {
    level: 'error',
    finding:
      'it speaks OpenFlow 1.0, and holds no flows of apps: ' +
      (reactive.length === 0 ? 'no loaded app answers its packets' : `${reactive.join(', ')} answers each packet`),
    mend: `ovs-vsctl set bridge ${bridge} protocols=OpenFlow13`,
  },
  ...(session.info.hardware === '' ? [{ level: 'note', finding: 'it does not describe itself' }] : []),
]
