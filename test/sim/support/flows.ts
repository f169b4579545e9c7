import { pool } from './packets.ts'
import type { Random } from './random.ts'

/** A protocol that flows match, with the fields that it brings. */
interface Protocol {
  readonly text: string
  readonly fields: readonly ((random: Random) => string)[]
  /** Fields that can be written, as `set_field:VALUE->FIELD` with a value. */
  readonly writes: readonly ((random: Random) => string)[]
  /** Fields to copy from and to, with their bits. */
  readonly moves: readonly (readonly [name: string, bits: number])[]
}

const oneOf = (name: string, values: readonly (string | number)[]) => (random: Random) =>
  `${name}=${random.pick(values)}`

const set = (name: string, values: readonly (string | number)[]) => (random: Random) =>
  `set_field:${random.pick(values)}->${name}`

const macs = ['00:00:00:00:00:01', '00:00:00:00:00:0f', 'aa:bb:cc:dd:ee:ff'] as const
const someIpv4 = ['10.0.0.1', '172.16.5.6', '255.255.255.255'] as const
const someIpv6 = ['fd00::1', '2001:db8::5:6'] as const
const masked4 = [...pool.ipv4, '10.0.0.0/8', '10.0.0.0/24', '0.0.0.1/0.0.0.1']
const masked6 = [...pool.ipv6, 'fd00::/16', 'fd00::/64', '::1/::1']
const portMasks = [...pool.ports, '0x3e8/0xfffe', '0/0x1']

const linkType = oneOf('dl_type', ['0x1234', '0x0806', '0x05ff'])

const link: Protocol = {
  text: '',
  fields: [
    oneOf('in_port', [1, 2, 3, 4]),
    oneOf('dl_src', [...pool.macs.slice(0, 3), '00:00:00:00:00:00/ff:ff:ff:ff:ff:00']),
    oneOf('dl_dst', [...pool.macs, '01:00:00:00:00:00/01:00:00:00:00:00']),
    oneOf('dl_vlan', pool.vlans),
    oneOf('vlan_tci', ['0x0000/0x1fff', '0x1000/0x1000', '0x0000']),
    linkType,
    oneOf('reg0', ['0', '0x5', '0x1/0x1']),
    oneOf('reg1', ['0x10000/0xff0000', '0']),
    oneOf('metadata', ['0', '0x7', '0x100/0xff00']),
    oneOf('tun_id', ['0', '0x64']),
    oneOf('xreg1', ['0', '0x500000000/0xf00000000']),
  ],
  writes: [
    set('eth_src', [...macs, '00:00:00:00:00:10/00:00:00:00:00:ff']),
    set('eth_dst', macs),
    set('reg0', [5, '0x1/0x3', '0xdeadbeef']),
    set('reg1', ['0x20000', 0]),
    set('reg2', [1, 2, 3]),
    set('xreg1', ['0x512345678', 9]),
    set('metadata', [7, '0x100/0xff00']),
    set('tun_id', [0x64, 5]),
    (random) => `load:${random.below(16)}->NXM_NX_REG0[${random.pick(['0..3', '4..7', '28..31'])}]`,
    (random) => `load:0x${random.below(255).toString(16)}->OXM_OF_METADATA[8..15]`,
    () => 'load:0->NXM_OF_IN_PORT[]',
  ],
  moves: [
    ['NXM_NX_REG0', 32],
    ['NXM_NX_REG1', 32],
    ['NXM_NX_REG3', 32],
    ['NXM_OF_ETH_SRC', 48],
    ['NXM_OF_ETH_DST', 48],
    ['OXM_OF_METADATA', 64],
    ['NXM_NX_XXREG1', 128],
  ],
}

const extend = (base: Protocol, text: string, more: Partial<Protocol>): Protocol => ({
  text,
  fields: [...base.fields, ...(more.fields ?? [])],
  writes: [...base.writes, ...(more.writes ?? [])],
  moves: [...base.moves, ...(more.moves ?? [])],
})

/** For flows that name a type by themselves. */
const noType: Protocol = { ...link, fields: link.fields.filter((field) => field !== linkType) }

const anyIp: Partial<Protocol> = {
  fields: [oneOf('nw_ttl', pool.ttls), oneOf('ip_dscp', [0, 10, 46]), oneOf('nw_ecn', [0, 1])],
  writes: [
    () => 'dec_ttl',
    () => 'dec_ttl(0)',
    set('ip_dscp', [0, 10, 63]),
    set('nw_ecn', [0, 3]),
    set('nw_ttl', [1, 17]),
    (random) => `mod_nw_tos:${random.pick([0, 16, 184])}`,
  ],
  moves: [['NXM_NX_IP_TTL', 8]],
}

const ipv4 = extend(extend(noType, 'ip', anyIp), 'ip', {
  fields: [
    oneOf('nw_src', masked4),
    oneOf('nw_dst', masked4),
    oneOf('nw_frag', ['no', 'yes', 'first', 'later', 'not_later']),
  ],
  writes: [set('ip_src', [...someIpv4, '1.2.0.0/255.255.0.0']), set('ip_dst', someIpv4)],
  moves: [
    ['NXM_OF_IP_SRC', 32],
    ['NXM_OF_IP_DST', 32],
  ],
})

const ipv6 = extend(extend(noType, 'ipv6', anyIp), 'ipv6', {
  fields: [oneOf('ipv6_src', masked6), oneOf('ipv6_dst', masked6), oneOf('ipv6_label', [0, 5])],
  writes: [
    set('ipv6_src', [...someIpv6, '2001:db8::/ffff:ffff::']),
    set('ipv6_dst', someIpv6),
    set('ipv6_label', [0, '0xabcde']),
  ],
  moves: [
    ['NXM_NX_IPV6_SRC', 128],
    ['NXM_NX_IPV6_DST', 128],
  ],
})

const transport = (base: Protocol, text: string, name: 'tcp' | 'udp'): Protocol =>
  extend(base, text, {
    fields: [
      oneOf(`${name}_src`, portMasks),
      oneOf(`${name}_dst`, portMasks),
      ...(name === 'tcp' ? [oneOf('tcp_flags', ['+syn-ack', '+ack', '-rst', '+fin'])] : []),
    ],
    writes: [set(`${name}_src`, [...pool.ports, 0]), set(`${name}_dst`, [...pool.ports, '0x50/0xff'])],
    moves: [
      [`NXM_OF_${name.toUpperCase()}_SRC`, 16],
      [`NXM_OF_${name.toUpperCase()}_DST`, 16],
    ],
  })

const arp = extend(noType, 'arp', {
  fields: [oneOf('arp_op', [1, 2]), oneOf('arp_spa', masked4), oneOf('arp_tpa', masked4), oneOf('arp_sha', macs)],
  writes: [
    set('arp_op', [1, 2]),
    set('arp_spa', someIpv4),
    set('arp_tpa', someIpv4),
    set('arp_sha', macs),
    set('arp_tha', macs),
  ],
  moves: [
    ['NXM_OF_ARP_SPA', 32],
    ['NXM_OF_ARP_TPA', 32],
    ['NXM_NX_ARP_SHA', 48],
    ['NXM_NX_ARP_THA', 48],
  ],
})

const icmp = extend(ipv4, 'icmp', {
  fields: [oneOf('icmp_type', [8, 0]), oneOf('icmp_code', [0])],
  writes: [set('icmp_type', [0, 3]), set('icmp_code', [1])],
})

const solicitation = extend(ipv6, 'icmp6,icmp_type=135,icmp_code=0', {
  fields: [oneOf('nd_target', masked6), oneOf('nd_sll', pool.macs.slice(0, 3))],
  writes: [set('nd_target', someIpv6), set('nd_sll', macs)],
  moves: [['NXM_NX_ND_TARGET', 128]],
})

const advertisement = extend(ipv6, 'icmp6,icmp_type=136,icmp_code=0', {
  fields: [oneOf('nd_target', masked6), oneOf('nd_tll', pool.macs.slice(0, 3))],
  writes: [set('nd_target', someIpv6), set('nd_tll', macs)],
})

const protocols: readonly Protocol[] = [
  link,
  link,
  ipv4,
  ipv4,
  ipv6,
  transport(ipv4, 'tcp', 'tcp'),
  transport(ipv4, 'udp', 'udp'),
  transport(ipv6, 'tcp6', 'tcp'),
  transport(ipv6, 'udp6', 'udp'),
  arp,
  icmp,
  solicitation,
  advertisement,
]

const lastTable = 4

const move = (random: Random, { moves }: Protocol): string => {
  const [from, fromBits] = random.pick(moves)
  const [to, toBits] = random.pick(moves)
  const bits = 1 + random.below(Math.min(fromBits, toBits))
  const range = (all: number): string => {
    const first = random.below(all - bits + 1)
    return bits === all ? '' : `${first}..${first + bits - 1}`
  }
  return `move:${from}[${range(fromBits)}]->${to}[${range(toBits)}]`
}

type Maker = (random: Random, protocol: Protocol, table: number, depth: number) => string

const outputs: Maker[] = [
  (random) => `output:${1 + random.below(5)}`,
  (random) => `output:${1 + random.below(5)}`,
  () => 'in_port',
  () => 'flood',
  () => 'all',
  () => 'controller',
  () => 'output:NXM_NX_REG2[]',
  (random) => `group:${1 + random.below(5)}`,
]

const others: Maker[] = [
  (random, { writes }) => random.pick(writes)(random),
  (random, { writes }) => random.pick(writes)(random),
  move,
  (random, _, table) => (table < lastTable ? `resubmit(,${table + 1 + random.below(lastTable - table)})` : 'note:03'),
  (random, _, table) => (table < lastTable ? `resubmit(${1 + random.below(4)},${table + 1})` : 'exit'),
  (random) => `push_vlan:0x8100,set_field:${0x1000 + random.pick(pool.vlans)}->vlan_vid`,
  (random) => `mod_vlan_vid:${random.pick(pool.vlans)}`,
  () => 'push:NXM_NX_REG0[0..15]',
  () => 'pop:NXM_NX_REG1[0..15]',
  (random, protocol, table, depth) => `clone(${actionList(random, protocol, table, depth + 1)})`,
  () => 'note:01.02',
]

const actionList = (random: Random, protocol: Protocol, table: number, depth = 0): string => {
  const count = 1 + random.below(depth === 0 ? 5 : 3)
  const list = Array.from({ length: count }, () => {
    const maker = random.once(2) ? random.pick(outputs) : random.pick(depth < 2 ? others : others.slice(0, 3))
    return maker(random, protocol, table, depth)
  })
  if (protocol.text === '' && depth === 0 && random.once(12)) list.push('pop_vlan')
  if (random.once(15)) list.splice(random.below(list.length), 0, 'exit')
  return list.join(',')
}

const instructionsOf = (random: Random, protocol: Protocol, table: number): string => {
  const parts = [actionList(random, protocol, table)]
  if (random.once(10)) parts.push('clear_actions')
  if (random.once(4)) {
    const writes = random.some(protocol.writes, 8).map((write) => write(random))
    parts.push(`write_actions(${[...writes, random.pick(outputs.slice(0, 3))(random, protocol, table, 0)].join(',')})`)
  }
  if (random.once(8)) parts.push(`write_metadata:0x${random.below(16).toString(16)}/0xf`)
  if (table < lastTable && random.once(3)) parts.push(`goto_table:${table + 1 + random.below(lastTable - table)}`)
  return parts.join(',')
}

const nameOf = (field: string): string => field.split('=')[0] ?? field

const aliases: Readonly<Record<string, string>> = { vlan_tci: 'dl_vlan', xreg1: 'reg2' }

/** Fields each at most once, and none beside another that says the same. */
const distinct = (fields: readonly string[]): string[] => {
  const seen = new Set<string>()
  return fields.filter((field) => {
    const name = aliases[nameOf(field)] ?? nameOf(field)
    const isNew = !seen.has(name)
    seen.add(name)
    return isNew
  })
}

/** A flow in ovs-ofctl's syntax. Each has a priority of its own: which of two equal ones wins is not defined. */
export const randomFlow = (random: Random, priority: number): string => {
  const protocol = random.pick(protocols)
  const table = random.below(lastTable + 1)
  const fields = distinct(random.some(protocol.fields, table === 0 ? 9 : 7).map((field) => field(random)))
  const match = [protocol.text, ...fields].filter((part) => part !== '').join(',')
  const head = `table=${table},priority=${priority}${match === '' ? '' : `,${match}`}`
  return `${head},actions=${instructionsOf(random, protocol, table)}`
}

/** Groups 1 to 5 in ovs-ofctl's syntax; none of type select, for the choice is each switch's own. */
export const randomGroups = (random: Random): string[] => {
  const bucket = (): string => {
    const write = random.once(2) ? '' : `${random.pick(link.writes.slice(0, 8))(random)},`
    const vlan = random.once(4) ? 'push_vlan:0x8100,' : ''
    return `actions=${vlan}${write}output:${1 + random.below(4)}`
  }
  return [
    `group_id=1,type=all,bucket=${bucket()},bucket=${bucket()},bucket=${bucket()}`,
    `group_id=2,type=indirect,bucket=${bucket()}`,
    `group_id=3,type=ff,bucket=watch_port:99,${bucket()},bucket=watch_port:2,${bucket()}`,
    `group_id=4,type=ff,bucket=watch_group:3,${bucket()}`,
    `group_id=5,type=all,bucket=actions=group:2,bucket=actions=output:3`,
  ]
}
