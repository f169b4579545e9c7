import { insert, mutate, namedUuid, type Operation, set, update, uuid } from '../../../controller/ovsdb/index.ts'
import type { Lab } from '../../two-hosts/lab.ts'
import type { Northbound } from '../../two-hosts/northbound.ts'
import { OvnSwitch } from '../../two-hosts/ovn-switch.ts'
import type { Usage } from '../../two-hosts/usage.ts'
import { type FirewallTarget, ruleAt } from './target.ts'

const group = 'pg_all'
const ofGroup = [['name', '==', group]] as const

const acl = (row: object, name: string): Operation => insert('ACL', { priority: 1000, ...row }, name)

/** What a rule of heddle says, for connections and their answers. */
const aclAt = (at: number): Operation => {
  const { direction, protocol, port, address } = ruleAt(at)
  const [side, peer] = direction === 'in' ? ['outport', 'src'] : ['inport', 'dst']
  const match = `${side} == @${group} && ip4 && ip4.${peer} == ${address} && ${protocol}.dst == ${port}`
  return acl({ direction: direction === 'in' ? 'to-lport' : 'from-lport', match, action: 'allow-related' }, `acl${at}`)
}

/** All else is dropped, as by default in heddle. */
const denials: readonly Operation[] = [
  acl({ direction: 'to-lport', match: `outport == @${group} && ip`, action: 'drop', priority: 1 }, 'deny0'),
  acl({ direction: 'from-lport', match: `inport == @${group} && ip`, action: 'drop', priority: 1 }, 'deny1'),
]

/** OVN, with a port group and its access control list. */
export class OvnFirewall implements FirewallTarget {
  readonly name = 'OVN'
  private readonly ovn: OvnSwitch
  /** The UUID of the further port. */
  private further = ''
  private count = 0
  /** The UUID of the rule that came last, where it came alone. */
  private last = ''

  constructor(lab: Lab) {
    this.ovn = new OvnSwitch(lab)
  }

  private get nb(): Northbound {
    return this.ovn.nb
  }

  start(): Promise<void> {
    return this.ovn.start()
  }

  async fill(ports: number): Promise<void> {
    const members = await this.ovn.fill(ports)
    this.further = await this.ovn.add()
    await this.nb.change([insert('Port_Group', { name: group, ports: set(members.map(uuid)) })])
  }

  /** As a client of OVN would, it says nothing of rules that stay. */
  async setRules(count: number): Promise<void> {
    const before = this.count
    this.count = count
    if (before > 0 && count === before + 1) {
      const enter = mutate('Port_Group', ofGroup, ['acls', 'insert', set([namedUuid(`acl${before}`)])])
      const [result] = await this.nb.change([aclAt(before), enter])
      this.last = result?.uuid?.[1] ?? ''
    } else if (this.last !== '' && count === before - 1) {
      await this.nb.change([mutate('Port_Group', ofGroup, ['acls', 'delete', set([uuid(this.last)])])])
      this.last = ''
    } else {
      await this.nb.change(this.replacing(count))
      this.last = ''
    }
  }

  private replacing(count: number): Operation[] {
    const rules = count === 0 ? [] : Array.from({ length: count }, (_, at) => aclAt(at))
    const names = [...rules.map((_, at) => `acl${at}`), ...(count === 0 ? [] : ['deny0', 'deny1'])]
    const rows = count === 0 ? [] : [...rules, ...denials]
    return [...rows, update('Port_Group', ofGroup, { acls: set(names.map(namedUuid)) })]
  }

  async setMember(isMember: boolean): Promise<void> {
    const change = isMember ? 'insert' : 'delete'
    await this.nb.change([mutate('Port_Group', ofGroup, ['ports', change, set([uuid(this.further)])])])
  }

  async sent(): Promise<undefined> {
    await this.nb.change([])
  }

  usage(): Usage {
    return this.ovn.daemons.usage()
  }

  stop(): Promise<void> {
    return this.ovn.daemons.stop()
  }
}
