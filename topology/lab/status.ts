import { Client } from './client.ts'
import { cardsOf } from './description.ts'
import { simulatorsOf } from './down.ts'
import type { LabFolder, LabRecord } from './folder.ts'
import { linksOf } from './links.ts'
import { namespaceOf } from './names.ts'
import { allProcesses, namespaceInodes, type Process } from './processes.ts'

interface HostStatus {
  readonly name: string
  readonly address: string
  readonly subnet: string
  readonly encapsulation: readonly string[]
  readonly ovsdbServer: boolean
  readonly vswitchd: boolean
}

interface ContainerStatus {
  readonly name: string
  readonly host: string
  readonly cards: readonly {
    readonly card: string
    readonly port: string
    readonly network: string
    readonly addresses: readonly string[]
    /** Of the port, as the controller says; undefined where it does not answer. */
    readonly status: string | undefined
  }[]
}

/** How a lab is. */
export interface LabStatus {
  readonly name: string
  readonly folder: string
  readonly datapath: string
  readonly built: boolean
  readonly controller: { readonly api: string | undefined; readonly answers: boolean }
  readonly hosts: readonly HostStatus[]
  readonly containers: readonly ContainerStatus[]
  /** Names of the links that are cut. */
  readonly cut: readonly string[]
  /** Names of all links, as cut, heal and capture take them. */
  readonly links: readonly string[]
}

const runs = (processes: readonly Process[], command: string): boolean =>
  processes.some(({ words }) => words[0]?.endsWith(command))

const hostStatuses = ({ name: lab, description }: LabRecord): HostStatus[] => {
  const processes = allProcesses()
  return description.hosts.map(({ name, address, subnet, encapsulation }) => {
    const inside = namespaceInodes([namespaceOf(lab, name)])
    const own = processes.filter(({ network }) => inside.has(network))
    return {
      ...{ name, address, subnet, encapsulation },
      ovsdbServer: runs(own, 'ovsdb-server'),
      vswitchd: runs(own, 'ovs-vswitchd'),
    }
  })
}

/** One process has them all. */
const simulatedStatuses = ({ description }: LabRecord, runs: boolean): HostStatus[] =>
  description.hosts.map(({ name, address, subnet, encapsulation }) => ({
    ...{ name, address, subnet, encapsulation, ovsdbServer: runs, vswitchd: runs },
  }))

/** Reads how a lab is. */
export const statusOf = async (folder: LabFolder, record: LabRecord): Promise<LabStatus> => {
  const { api, cards = {}, cut = [], built = false } = folder.facts
  const ports = api === undefined ? undefined : await new Client(api).ports().catch(() => undefined)
  const { containers } = record.description
  return {
    ...{ name: record.name, folder: folder.path, datapath: record.datapath, built, cut },
    controller: { api, answers: ports !== undefined },
    hosts:
      record.datapath === 'sim' ? simulatedStatuses(record, simulatorsOf(folder).length > 0) : hostStatuses(record),
    containers: containers.map((container) => ({
      name: container.name,
      host: container.host,
      cards: cardsOf(container).map(({ name: card, port }, index) => {
        const assigned = cards[container.name]?.[index]
        const status = ports?.find(({ id }) => id === port)?.status
        return { card, port, network: assigned?.network ?? '', addresses: assigned?.addresses ?? [], status }
      }),
    })),
    links: linksOf(record.description).map(({ name }) => name),
  }
}

const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}

const daemonsText = ({ ovsdbServer, vswitchd }: HostStatus): string => {
  const down = [...(ovsdbServer ? [] : ['ovsdb-server']), ...(vswitchd ? [] : ['ovs-vswitchd'])]
  return down.length === 0 ? 'running' : `not running: ${down.join(', ')}`
}

/** A status for people. */
export const statusText = (status: LabStatus): string => {
  const { name, folder, controller, hosts, containers, cut, built, datapath } = status
  const answers = controller.answers ? 'answers' : 'does not answer'
  const cards = containers.flatMap((container) => container.cards.map((card) => ({ container, ...card })))
  return [
    `lab ${name} in ${folder}${built ? '' : ', not built to its end: heddle lab down removes it'}`,
    `controller: ${controller.api === undefined ? 'none' : `http://${controller.api} ${answers}`}`,
    datapath === 'sim' ? 'hosts, simulated:' : 'hosts:',
    ...aligned(
      hosts.map((host) => [host.name, host.subnet, host.address, host.encapsulation.join(','), daemonsText(host)]),
    ),
    'containers:',
    ...aligned(
      cards.map(({ container, card, network, addresses, status: port }) => [
        ...[container.name, container.host, card, network, addresses.join(' '), port ?? 'unknown'],
      ]),
    ),
    ...(cut.length === 0 ? [] : [`cut: ${cut.join(', ')}`]),
  ].join('\n')
}
