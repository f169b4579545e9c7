import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { mapIn, type Origin, type Row } from '../ovsdb/index.ts'
import type { Encapsulation } from '../state/index.ts'

/** What an operator has written in `external_ids` of Open_vSwitch, with what stands where nothing is written. */
export interface HostSettings {
  readonly name: string
  readonly bridge: string
  /** Undefined where it is as for other bridges of the host. */
  readonly datapathType: string | undefined
  readonly encapAddress: string
  readonly types: readonly Encapsulation[]
  /** As `ovs-vsctl set-controller` takes them. */
  readonly controllers: readonly string[]
  /** Whether the operator has written them: then they are all that there should be. */
  readonly controllersGiven: boolean
  readonly underlayMtu: number | undefined
  /** Bridges of physical networks, by the names of these. */
  readonly mappings: ReadonlyMap<string, string>
  /** What is wrong with what is written, each naming the key and what to do. */
  readonly problems: readonly string[]
}

/** Where switches reach this controller: beside the address that the database server reached. */
export interface OpenFlowPort {
  readonly port: number
  readonly tls: boolean
}

const encapsulations: ReadonlySet<string> = new Set<Encapsulation>(['geneve', 'vxlan', 'gre', 'stt'])
const defaultTypes = 'geneve,vxlan'
/** A host that connects over a unix socket is this machine. */
const thisMachine = '127.0.0.1'
const smallestMtu = 576
const largestMtu = 65535

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '')

const isEncapsulation = (text: string): text is Encapsulation => encapsulations.has(text)

const typesIn = (text: string, problems: string[]): Encapsulation[] => {
  const types: Encapsulation[] = []
  for (const type of new Set(listOf(text.toLowerCase()))) {
    if (isEncapsulation(type)) types.push(type)
    else problems.push(`heddle-encap-type: ${type} is not known; geneve, vxlan, gre and stt are`)
  }
  return types
}

const addressIn = (text: string | undefined, { remoteAddress }: Origin, problems: string[]): string => {
  if (text !== undefined && isIP(text) !== 0) return text
  if (text !== undefined) problems.push(`heddle-encap-ip: ${text} is no IP address; an address without prefix is`)
  else if (remoteAddress === undefined) {
    problems.push(`heddle-encap-ip is not set, and a unix socket shows no address: ${thisMachine} is taken`)
  }
  return remoteAddress ?? thisMachine
}

const defaultController = ({ localAddress }: Origin, { port, tls }: OpenFlowPort, problems: string[]): string[] => {
  if (localAddress === undefined) {
    problems.push('heddle-controller is not set, and a unix socket shows no address: the bridge gets no controller')
    return []
  }
  const host = isIP(localAddress) === 6 ? `[${localAddress}]` : localAddress
  return [`${tls ? 'ssl' : 'tcp'}:${host}:${port}`]
}

const controllersIn = (text: string, problems: string[]): string[] =>
  [...new Set(listOf(text))].filter((target) => {
    const isTarget = /^(tcp|ssl|unix):./.test(target)
    if (!isTarget)
      problems.push(`heddle-controller: ${target} is no target; tcp:IP:PORT, ssl:IP:PORT and unix:FILE are`)
    return isTarget
  })

const mtuIn = (text: string | undefined, problems: string[]): number | undefined => {
  if (text === undefined) return undefined
  const mtu = Number(text)
  if (Number.isInteger(mtu) && mtu >= smallestMtu && mtu <= largestMtu) return mtu
  problems.push(`heddle-underlay-mtu: ${text} is no number of bytes from ${smallestMtu} to ${largestMtu}`)
  return undefined
}

const mappingForm = /^([A-Za-z0-9][A-Za-z0-9._@-]{0,63}):([^:]{1,15})$/

/** `internet:br-ex,storage:br-san` */
const mappingsIn = (text: string, integration: string, problems: string[]): Map<string, string> => {
  const mappings = new Map<string, string>()
  for (const part of listOf(text)) {
    const [, physical = '', bridge = ''] = mappingForm.exec(part) ?? []
    const reason = () => {
      if (physical === '') return 'is no NETWORK:BRIDGE'
      if (mappings.has(physical)) return `names ${physical} a second time: the first counts`
      return bridge === integration ? `names the integration bridge: choose the one with the physical card` : undefined
    }
    const wrong = reason()
    if (wrong === undefined) mappings.set(physical, bridge)
    else problems.push(`heddle-bridge-mappings: ${part} ${wrong}`)
  }
  return mappings
}

export const settingsIn = (root: Row | undefined, id: string, origin: Origin, openflow: OpenFlowPort): HostSettings => {
  const ids = mapIn(root, 'external_ids')
  const problems: string[] = []
  const controllers = ids.get('heddle-controller')
  const bridge = ids.get('heddle-bridge') || 'br-int'
  return {
    name: ids.get('hostname') || id,
    bridge,
    datapathType: ids.get('heddle-datapath-type'),
    encapAddress: addressIn(ids.get('heddle-encap-ip'), origin, problems),
    types: typesIn(ids.get('heddle-encap-type') || defaultTypes, problems),
    controllers:
      controllers === undefined ? defaultController(origin, openflow, problems) : controllersIn(controllers, problems),
    controllersGiven: controllers !== undefined,
    underlayMtu: mtuIn(ids.get('heddle-underlay-mtu'), problems),
    mappings: mappingsIn(ids.get('heddle-bridge-mappings') ?? '', bridge, problems),
    problems,
  }
}

const pinned = /^(?:0x)?([0-9a-f]{16})$/i

/** The datapath id that a bridge has for good: 16 hexadecimal digits, not all zero. */
export const pinnedDpid = (bridge: Row | undefined): string | undefined => {
  const [, digits] = pinned.exec(mapIn(bridge, 'other_config').get('datapath-id') ?? '') ?? []
  return digits === undefined || /^0+$/.test(digits) ? undefined : digits.toLowerCase()
}

/** A datapath id that a host always gets again: 16 hexadecimal digits. */
export const dpidOf = (id: string): string => createHash('sha256').update(`heddle ${id}`).digest('hex').slice(0, 16)
