import type { Problem } from '../../controller/yaml/index.ts'
import { contains, formatAddress, nth, parseAddress, parseCidr } from './address.ts'
import { checkOutside } from './check-outside.ts'
import { mistakes, oneOf } from './mistakes.ts'
import type { LabFile } from './schema.ts'

/** Linux takes 15 characters for a network card; the rest is for `_1` of a second card. */
const nameForm = /^[a-z][a-z0-9-]{0,11}$/
/** Cards and bridges that a host has anyway, and the namespace of the underlay. */
const reserved = /^(lo|eth\d*|br-.*|ovs-netdev|underlay|hdl-.*)$/

const named = (file: LabFile): Problem[] => {
  const { underlay, hosts, externals = {}, outside = {}, containers = {} } = file
  const seen = new Map<string, string>()
  return Object.entries({ underlay, hosts, externals, outside, containers }).flatMap(([section, things]) =>
    Object.keys(things).flatMap((name) => {
      const path = `${section}/${name}`
      const other = seen.get(name)
      seen.set(name, section)
      if (!nameForm.test(name)) return [{ path, message: 'a name is a letter and up to 11 letters, digits or -' }]
      if (reserved.test(name)) return [{ path, message: 'is a name that every host has in use: choose another' }]
      return other === undefined
        ? []
        : [{ path, message: `is also the name of something under ${other}: choose another` }]
    }),
  )
}

const subnets = ({ underlay }: LabFile): Problem[] =>
  Object.entries(underlay).flatMap(([name, { cidr }]) =>
    mistakes(`underlay/${name}/cidr`, () => {
      const { family, length } = parseCidr(cidr)
      return length > (family === 4 ? 29 : 120) ? 'is too small for a router and hosts' : undefined
    }),
  )

type Host = LabFile['hosts'][string]

const addressMistake = ({ address = '' }: Host, cidr: string): string | undefined => {
  const parsed = parseAddress(address)
  const block = parseCidr(cidr)
  if (!contains(block, parsed)) return `is not in the subnet ${cidr}`
  return parsed.value <= block.base + 1n
    ? `the router has ${formatAddress(nth(block, 1))}: choose a later one`
    : undefined
}

const linkForms = {
  delay: [/^\d+(\.\d+)?(us|ms|s)$/, 'must be a time such as 5ms'],
  loss: [/^\d{1,2}(\.\d+)?%$/, 'must be a share such as 0.5%'],
} as const

const linkMistakes = (path: string, host: Host): Problem[] =>
  (['delay', 'loss'] as const).flatMap((name) => {
    const [form, message] = linkForms[name]
    const value = host[name]
    return value === undefined || form.test(value) ? [] : [{ path: `${path}/${name}`, message }]
  })

const hostMistakes = ({ underlay }: LabFile, path: string, host: Host): Problem[] => {
  const names = Object.keys(underlay)
  const subnet = host.subnet ?? (names.length === 1 ? names[0] : undefined)
  if (subnet === undefined) return [{ path, message: `subnet is missing: it ${oneOf(names)}` }]
  const cidr = underlay[subnet]?.cidr
  if (cidr === undefined) return [{ path: `${path}/subnet`, message: oneOf(names) }]
  const address = host.address === undefined ? [] : mistakes(`${path}/address`, () => addressMistake(host, cidr))
  return [...address, ...linkMistakes(path, host)]
}

const hosts = (file: LabFile): Problem[] => {
  const taken = new Map<string, string>()
  const twice = Object.entries(file.hosts).flatMap(([name, { address }]) => {
    const other = address === undefined ? undefined : taken.get(address)
    if (address !== undefined) taken.set(address, name)
    return other === undefined ? [] : [{ path: `hosts/${name}/address`, message: `is that of host ${other}, too` }]
  })
  const each = Object.entries(file.hosts).flatMap(([name, host]) => hostMistakes(file, `hosts/${name}`, host))
  return [...each, ...twice]
}

const containers = (file: LabFile): Problem[] => {
  const known = Object.keys(file.ports ?? {})
  const taken = new Map<string, string>()
  const portMistake = (container: string, port: string): string | undefined => {
    const other = taken.get(port)
    taken.set(port, container)
    if (!known.includes(port)) return `${port} is not under ports, where there is ${known.join(', ') || 'none'}`
    return other === undefined ? undefined : `${port} is the port of container ${other}, too`
  }
  return Object.entries(file.containers ?? {}).flatMap(([name, { host, ports }]) => {
    const path = `containers/${name}`
    const nowhere = host in file.hosts ? [] : [{ path: `${path}/host`, message: oneOf(Object.keys(file.hosts)) }]
    const wrong = (ports ?? [name]).flatMap((port, index) =>
      mistakes(ports ? `${path}/ports/${index}` : path, () => portMistake(name, port)),
    )
    return [...nowhere, ...wrong]
  })
}

/** What is wrong with a file that fits the schema: names that lead nowhere, addresses that are none. */
export const checkFile = (file: LabFile): Problem[] => {
  const empty = (['underlay', 'hosts'] as const).filter((section) => Object.keys(file[section]).length === 0)
  const first = [
    ...empty.map((path) => ({ path, message: 'a lab has at least one' })),
    ...named(file),
    ...subnets(file),
  ]
  return first.length > 0 ? first : [...hosts(file), ...checkOutside(file), ...containers(file)]
}
