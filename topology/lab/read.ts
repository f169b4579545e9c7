import { type Problem, problemsOf, readYaml } from '../../controller/yaml/index.ts'
import { formatAddress, nth, parseAddress, parseCidr, sizeOf } from './address.ts'
import { checkFile } from './check.ts'
import type { Description, LabExternal, LabHost, LabOutside, Resource, UnderlaySubnet } from './description.ts'
import { LabError } from './errors.ts'
import { LabFile } from './schema.ts'
import { sectionNames, sections } from './sections.ts'

/** A description, and how to say where in its file something is. */
export interface ReadLab {
  readonly description: Description
  readonly locate: (problem: Problem) => string
}

const usualMtu = 1500

const underlayOf = (file: LabFile): UnderlaySubnet[] =>
  Object.entries(file.underlay).map(([name, { cidr, mtu = usualMtu }]) => ({
    name,
    cidr,
    mtu,
    router: formatAddress(nth(parseCidr(cidr), 1)),
  }))

/** Locally administered, different for each host of a lab. */
const macOf = (index: number): string => {
  const digits = (index + 1).toString(16).padStart(4, '0')
  return `02:68:6c:00:${digits.slice(0, 2)}:${digits.slice(2)}`
}

/** Hosts get the addresses from .11 on where there are so many, so that these look like their numbers. */
const firstHost = 11

const nextFree = ({ cidr }: UnderlaySubnet, taken: ReadonlySet<string>): string => {
  const block = parseCidr(cidr)
  for (let index = sizeOf(block) > 32n ? firstHost : 2; BigInt(index) < sizeOf(block) - 1n; index++) {
    const address = formatAddress(nth(block, index))
    if (!taken.has(address)) return address
  }
  throw new LabError(`underlay/${cidr} is too small for its hosts`)
}

const canonical = (text: string): string => formatAddress(parseAddress(text))

const hostsOf = (file: LabFile, underlay: readonly UnderlaySubnet[]): LabHost[] => {
  const given = Object.values(file.hosts).flatMap(({ address }) => (address === undefined ? [] : [canonical(address)]))
  const taken = new Set(given)
  return Object.entries(file.hosts).map(([name, host], index) => {
    const subnet = underlay.find((one) => one.name === host.subnet) ?? (underlay[0] as UnderlaySubnet)
    const address = host.address === undefined ? nextFree(subnet, taken) : canonical(host.address)
    taken.add(address)
    const { encapsulation = [], delay, loss } = host
    const faults = { ...(delay === undefined ? {} : { delay }), ...(loss === undefined ? {} : { loss }) }
    return { name, encapsulation, subnet: subnet.name, address, mac: macOf(index), faults }
  })
}

const externalsOf = ({ externals = {}, hosts }: LabFile): LabExternal[] =>
  Object.entries(externals).map(([name, { hosts: names = Object.keys(hosts), mtu = usualMtu }]) => ({
    ...{ name, hosts: names, mtu },
  }))

const outsideOf = ({ outside = {}, externals = {} }: LabFile): LabOutside[] => {
  const [only = ''] = Object.keys(externals)
  return Object.entries(outside).map(([name, { external = only, addresses, behind = [] }]) => ({
    ...{ name, external, addresses, behind },
  }))
}

const resourcesOf = (file: LabFile): Resource[] =>
  sectionNames.flatMap((section) =>
    Object.entries(file[section] ?? {}).map(([id, spec]) => ({ kind: sections[section], id, spec })),
  )

/**
 * Reads the description of a lab.
 *
 * @throws LabError naming each line that is wrong; YamlError where the file is no YAML
 */
export const readLab = (path: string): ReadLab => {
  const { value, locate } = readYaml(path)
  const wrong = problemsOf(LabFile, value)
  const problems = wrong.length > 0 ? wrong : checkFile(value as LabFile)
  if (problems.length > 0) throw new LabError(problems.map(locate).join('\n'))
  const file = value as LabFile
  const underlay = underlayOf(file)
  const containers = Object.entries(file.containers ?? {}).map(([name, { host, ports = [name] }]) => ({
    name,
    host,
    ports,
  }))
  return {
    description: {
      ...{ underlay, hosts: hostsOf(file, underlay), externals: externalsOf(file), outside: outsideOf(file) },
      ...{ resources: resourcesOf(file), containers },
    },
    locate,
  }
}
