/** A way that TCP takes in the lab. */
export interface Case {
  readonly title: string
  readonly from: string
  readonly to: string
  /** Of `to`. */
  readonly address: string
  /** The case of plain bridges that it is compared with; none is one of these itself. */
  readonly beside?: string
  /** Whether it needs OVN. */
  readonly ovn?: true
}

const [same, cross, outside] = ['plain: on one host', 'plain: on two hosts, Geneve', 'plain: to the outside']
const server = { to: 'server', address: '203.0.113.1' } as const
const toServer = { ...server, beside: outside } as const
/** Through OVN, from the container that sends in all its cases. */
const ovn = { from: 'ovn1', ovn: true } as const

export const cases: readonly Case[] = [
  { title: same, from: 'plain1', to: 'plain2', address: '10.0.3.12' },
  { title: 'on one host', from: 'web1', to: 'web2', address: '10.0.1.12', beside: same },
  { title: 'OVN: on one host', ...ovn, to: 'ovn2', address: '10.0.4.12', beside: same },
  { title: 'on one host, firewall', from: 'wall1', to: 'wall2', address: '10.0.1.22', beside: same },
  { title: 'routed, on one host', from: 'web1', to: 'db1', address: '10.0.2.11', beside: same },
  { title: 'OVN: routed, on one host', ...ovn, to: 'ovn4', address: '10.0.5.11', beside: same },
  { title: cross, from: 'plain1', to: 'plain3', address: '10.0.3.13' },
  { title: 'on two hosts', from: 'web1', to: 'web3', address: '10.0.1.13', beside: cross },
  { title: 'OVN: on two hosts', ...ovn, to: 'ovn3', address: '10.0.4.13', beside: cross },
  { title: 'on two hosts, firewall', from: 'wall1', to: 'wall3', address: '10.0.1.23', beside: cross },
  { title: 'routed, on two hosts', from: 'web1', to: 'db2', address: '10.0.2.12', beside: cross },
  { title: 'OVN: routed, on two hosts', ...ovn, to: 'ovn5', address: '10.0.5.12', beside: cross },
  { title: outside, from: 'plain4', ...server },
  { title: 'to the outside, SNAT', from: 'web1', ...toServer },
  { title: 'OVN: to the outside, SNAT', ...ovn, ...toServer },
  { title: 'to the outside, floating address', from: 'web2', ...toServer },
  { title: 'to the outside, SNAT on another host', from: 'web3', ...toServer },
]
