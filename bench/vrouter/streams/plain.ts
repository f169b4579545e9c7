import type { Description } from '../../../topology/lab/description.ts'
import { cardsOf } from '../../../topology/lab/description.ts'
import type { LabFolder } from '../../../topology/lab/folder.ts'
import { daemonsOf } from '../../../topology/lab/host.ts'
import { inNamespace } from '../../../topology/lab/ip.ts'
import { integrationBridge, namespaceOf } from '../../../topology/lab/names.ts'

export const plainBridge = 'br-plain'
/** Of the tunnel between the plain bridges: one that heddle uses for nothing. */
const key = 0xfffffe
/** Outside, an address of the external subnet. */
export const plainOutside = '203.0.113.50'

/** The host's end of a container's card. */
export const peerOf = (description: Description, container: string): string => {
  const found = description.containers.find(({ name }) => name === container)
  const peer = found && cardsOf(found)[0]?.peer
  if (peer === undefined) throw new Error(`there is no container ${container}`)
  return peer
}

/** Takes it off heddle's bridge, and puts it on another. */
export const replug = (description: Description, container: string, to: string): string[] => {
  const peer = peerOf(description, container)
  return ['--', 'del-port', integrationBridge, peer, '--', 'add-port', to, peer]
}

const encapOf = ({ hosts }: Description, host: string): string => hosts.find(({ name }) => name === host)?.address ?? ''

/** A bridge with NORMAL only, and a Geneve tunnel to the other host's, in the same daemons as heddle's. */
const addPlain = (description: Description, host: string, other: string): string[] => [
  ...['add-br', plainBridge, '--', 'set', 'bridge', plainBridge, 'datapath_type=netdev', 'fail_mode=standalone'],
  ...['--', 'add-port', plainBridge, 'plain0', '--', 'set', 'interface', 'plain0', 'type=geneve'],
  ...[`options:remote_ip=${encapOf(description, other)}`, `options:local_ip=${encapOf(description, host)}`],
  `options:key=${key}`,
]

/** Moves the containers that are called plain to plain bridges; the fourth to the one with the card outside. */
export const plugPlain = async (folder: LabFolder, description: Description): Promise<void> => {
  const onto = (container: string) => replug(description, container, plainBridge)
  const h1 = [...addPlain(description, 'h1', 'h2'), ...onto('plain1'), ...onto('plain2')]
  await daemonsOf(folder, 'h1').vsctl(...h1, ...replug(description, 'plain4', 'br-internet'))
  await daemonsOf(folder, 'h2').vsctl(...addPlain(description, 'h2', 'h1'), ...onto('plain3'))
  const outside = namespaceOf(folder.name, 'plain4')
  await inNamespace(outside, 'ip', 'address', 'add', `${plainOutside}/24`, 'dev', 'eth0')
}
