import t from 'tap'
import guard from '../../../../apps/guard/app.ts'
import overlay from '../../../../apps/overlay/app.ts'
import firewall from '../../../../apps/vrouter/firewall/app.ts'
import type { App, Engine } from '../../../../controller/index.ts'
import type { Policy } from '../../../../controller/state/index.ts'
import { connectBridge, engineFor, hostFor, socketOf, until } from '../../../engine/lab.ts'
import { namespaces, ovs } from '../../../support/needs.ts'
import { doc, hostDoc, portDocs } from '../../one-host.ts'

const ports = 1_000
const rules = 1_000

const addressOf = (number: number): string => `10.${20 + (number >> 8)}.${number & 255}.1`

/** A rule for one address, protocol and port on each side: no two are alike. */
const ruleOf = (number: number): Policy['rules'][number] => ({
  ...{ direction: number % 2 === 0 ? 'in' : 'out', action: 'allow' },
  ...{ protocol: number % 4 < 2 ? 'tcp' : 'udp', ports: [1 + number] },
  peer: { cidrs: [`198.${number >> 8}.${number & 255}.7/32`] },
})

const policyOf = (count: number): Policy => ({
  groups: ['all'],
  rules: [
    ...Array.from({ length: count }, (_, number) => ruleOf(number)),
    { direction: 'in', action: 'allow', peer: { groups: ['all'] } },
  ],
})

const portOf = (number: number, groups: readonly string[]) =>
  portDocs(`p${number}`, {
    ...{ network: 'blue', host: number % 2 === 0 ? 'h1' : 'h2', ofport: 1 + (number >> 1) },
    ...{
      mac: `02:00:00:00:${[number >> 8, number & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`,
    },
    ...{ addresses: [addressOf(number)], spec: { groups: [...groups] } },
  })

const flowsOfFirewall = (engine: Engine): number[] =>
  [...engine.switches.values()].map(
    ({ desired }) => [...desired.flows.entries()].filter(([, { owner }]) => owner.app === 'firewall').length,
  )

t.test(
  '1,000 rules on a group of 1,000 ports, on two hosts: flows by rules and ports, not by their product',
  async (t) => {
    if (!ovs(t) || !namespaces(t)) return
    const { engine } = engineFor(t)
    for (const app of [overlay, guard, firewall] as unknown as readonly App[]) engine.load(app)
    const hosts = await Promise.all(['fwls1', 'fwls2'].map((name) => hostFor(t, name)))
    const dpids = await Promise.all(
      hosts.map(async (host, index) => {
        await host.addBridge('br-int', `other-config:datapath-id=000000000000000${index + 1}`)
        await engine.listen({ path: socketOf(host) })
        await connectBridge(host, 'br-int')
        return BigInt(index + 1)
      }),
    )
    await until('both hosts are connected', () => engine.switches.size === 2)
    const settle = async (changes: Parameters<typeof engine.model.apply>[0]): Promise<number> => {
      const started = performance.now()
      engine.model.apply(changes)
      t.same(await engine.confirmed(60_000), [], 'both hosts hold what they should')
      return performance.now() - started
    }
    /** Flow-mods that both hosts are sent for a change. */
    const touched = async (changes: Parameters<typeof engine.model.apply>[0]): Promise<number[]> => {
      const counts = () => [...engine.switches.values()].map(({ keeper }) => keeper.counts.flowMods)
      const before = counts()
      await settle(changes)
      return counts().map((count, index) => count - (before[index] ?? 0))
    }
    const all = Array.from({ length: ports }, (_, number) => portOf(number, number === 0 ? [] : ['all'])).flat()
    await settle([
      ...dpids.map((dpid, index) => hostDoc(`h${index + 1}`, dpid, `192.0.2.${index + 1}`)),
      doc('network', 'blue', { vni: 1 }),
      doc('groupNumber', 'all', { tenant: 1, bit: 0 }),
      ...all,
    ])
    const took = await settle([doc('policy', 'all', policyOf(rules))])
    const flows = flowsOfFirewall(engine)
    t.comment(`${flows.join(' and ')} flows of the firewall, there after ${Math.round(took)} ms`)
    for (const count of flows) t.ok(count <= 5_000, `${count} flows on a host`)
    const installed = await Promise.all(hosts.map((host) => host.ofctl('dump-aggregate', 'br-int')))
    for (const text of installed) t.ok(Number(/flow_count=(\d+)/.exec(text)?.[1]) > rules, text.trim())

    for (const count of await touched([doc('policy', 'all', policyOf(rules + 1))])) {
      t.ok(count >= 1 && count <= 10, `${count} flow-mods for one rule more`)
    }
    for (const count of await touched([doc('port', 'p0', { network: 'blue', groups: ['all'] })])) {
      t.ok(count >= 1 && count <= 10, `${count} flow-mods for one member more`)
    }
    for (const count of await touched([doc('port', 'p0', { network: 'blue', groups: [] })])) {
      t.ok(count >= 1 && count <= 10, `${count} flow-mods for one member less`)
    }
    const ranges = Array.from({ length: 500 }, (_, number) => `100.64.${number >> 1}.${(number & 1) * 128}/25`)
    const services = Array.from({ length: 20 }, (_, number) => 2_000 + 2 * number)
    const much: Policy['rules'][number] = {
      direction: 'in',
      action: 'drop',
      protocol: 'tcp',
      ports: services,
      peer: { cidrs: ranges },
    }
    for (const count of await touched([
      doc('policy', 'much', { groups: ['all'], default: { in: 'allow' }, rules: [much] }),
    ])) {
      t.ok(count <= 525, `${count} flow-mods for a rule of 500 ranges and 20 ports: their sum, not their product`)
    }
    const first = { ...policyOf(rules), rules: [{ ...ruleOf(2_000), priority: 900 }, ...policyOf(rules).rules] }
    for (const count of await touched([doc('policy', 'all', first)])) {
      t.ok(count >= 1 && count <= 10, `${count} flow-mods for a rule at the head of the list, and one less at its end`)
    }
  },
)
