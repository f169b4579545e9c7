import { cardsOf, type Description } from './description.ts'
import { LabError } from './errors.ts'
import { cardsOutside } from './external.ts'
import type { LabFolder, LabRecord } from './folder.ts'
import { ipBatch } from './ip.ts'
import { namespaceOf, underlayNode } from './names.ts'
import { ask } from './sim/client.ts'
import { routerAddress } from './underlay.ts'

/** Something that can be cut, and where packets on it can be seen. */
export interface Link {
  readonly name: string
  /** For people. */
  readonly between: string
  /** The node at which it is cut and healed. */
  readonly node: string
  /** As ip(8) takes it, there. */
  readonly cut: string
  readonly heal: string
  /** Node and card at which its packets can be captured. */
  readonly seenAt: { readonly node: string; readonly card: string }
}

const cable = (name: string, between: string, node: string, card: string, seenAt: Link['seenAt']): Link => ({
  name,
  between,
  node,
  cut: `link set dev ${card} down`,
  heal: `link set dev ${card} up`,
  seenAt,
})

const containerLinks = ({ containers }: Description): Link[] =>
  containers.flatMap((container) =>
    cardsOf(container).map(({ peer, name: card }) =>
      cable(peer, `${container.name} and ${container.host}`, container.host, peer, { node: container.name, card }),
    ),
  )

const outsideLinks = (description: Description): Link[] => [
  ...description.hosts.flatMap(({ name }) =>
    cardsOutside(description, name).map(({ external, peer }) =>
      cable(peer, `${name} and ${external.name}`, underlayNode, peer, { node: underlayNode, card: peer }),
    ),
  ),
  ...description.outside.map((machine) =>
    cable(machine.name, `${machine.name} and ${machine.external}`, underlayNode, machine.name, {
      node: machine.name,
      card: 'eth0',
    }),
  ),
]

/**
 * All links of a lab: a host's name is its cable to the underlay (`NAME_1` that to the first physical network that it
 * is in), a container's that to its host (`NAME_1` for its second card), a machine's that to its physical network, a
 * subnet's that to the router.
 */
export const linksOf = (description: Description): Link[] => {
  const hosts = description.hosts.map(({ name, subnet }) =>
    cable(name, `${name} and ${subnet}`, underlayNode, name, { node: underlayNode, card: name }),
  )
  const subnets = description.underlay.map((subnet): Link => {
    const { name } = subnet
    const address = `dev ${name}`
    return {
      name,
      between: `${name} and the router`,
      node: underlayNode,
      cut: `address del ${routerAddress(subnet)} ${address}`,
      heal: `address replace ${routerAddress(subnet)} ${address}`,
      seenAt: { node: underlayNode, card: name },
    }
  })
  return [...hosts, ...subnets, ...outsideLinks(description), ...containerLinks(description)]
}

/** @throws LabError naming those that there are */
export const findLink = (description: Description, name: string): Link => {
  const links = linksOf(description)
  const found = links.find((link) => link.name === name)
  if (found) return found
  throw new LabError(`${name} is no link of this lab: it has ${links.map((link) => link.name).join(', ')}`)
}

const setCut = async (folder: LabFolder, { datapath }: LabRecord, link: Link, isCut: boolean): Promise<void> => {
  if (datapath === 'sim') await ask(folder, 'setCut', { link: link.name, isCut })
  else await ipBatch([isCut ? link.cut : link.heal], namespaceOf(folder.name, link.node))
}

/** Cuts a link; nothing where it is cut already. */
export const cutLink = async (folder: LabFolder, record: LabRecord, name: string): Promise<Link> => {
  const link = findLink(record.description, name)
  const { cut = [] } = folder.facts
  if (cut.includes(name)) return link
  // Written down first: to heal what is whole does no harm.
  folder.learn({ cut: [...cut, name] })
  await setCut(folder, record, link, true)
  return link
}

/** Joins links again. @param names all that are cut, unless given */
export const healLinks = async (
  folder: LabFolder,
  record: LabRecord,
  names: readonly string[] = [],
): Promise<readonly string[]> => {
  const { cut = [] } = folder.facts
  const healed = names.length === 0 ? cut : names
  for (const link of healed.map((name) => findLink(record.description, name))) {
    await setCut(folder, record, link, false)
    folder.learn({ cut: (folder.facts.cut ?? []).filter((name) => name !== link.name) })
  }
  return healed
}
