import t from 'tap'
import overlay from '../../../apps/overlay/app.ts'
import { partsOf } from '../../../apps/overlay/parts.ts'
import { gradually } from '../../../controller/engine/evaluation.ts'
import type { DocumentChange } from '../../../controller/engine/model/documents.ts'
import { transactionSteps } from '../../../controller/engine/transaction.ts'
import { openflow, packet } from '../../../controller/index.ts'
import { simSwitch } from '../../../topology/sim/testing.ts'
import { HostTables } from '../../engine/host-tables.ts'
import { doc, hostDoc, portDocs } from '../one-host.ts'

const hosts = 3_000

/** A host with one port of network blue, with an IPv6 address on the underlay. */
const plugged = (number: number): DocumentChange[] => [
  hostDoc(`h${number}`, BigInt(number), `fd00::${number.toString(16)}`),
  ...portDocs(`p${number}`, {
    network: 'blue',
    mac: `02:00:00:00:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`,
    addresses: [],
    host: `h${number}`,
    ofport: 3,
  }),
]

/** What the overlay wants on host 1. */
const hostOne = (documents: readonly DocumentChange[]) => {
  const host = new HostTables([overlay], [1n], documents)
  const desired = host.table(1n)
  /** The changes since the last call, as messages. */
  const messages = async (): Promise<Uint8Array[]> => {
    const { bundled } = await gradually(transactionSteps(desired.takeChanges(), desired))
    return bundled.map(({ write }) => {
      const slab = new openflow.Slab()
      write(slab, 1)
      return slab.bytes.slice(0, slab.pos)
    })
  }
  return { host, messages }
}

t.test('a broadcast reaches 3,000 hosts of a network, each once, by flows that fit into messages', async (t) => {
  const all = Array.from({ length: hosts }, (_, at) => plugged(at + 1))
  const { host, messages } = hostOne([doc('network', 'blue', { vni: 5 }), ...all.flat()])
  const sw = simSwitch({ ports: [3, { number: 65001, tunnel: true }] })
  const longest = Math.max(
    ...(await messages()).map((bytes) => {
      const message = openflow.decodeMessage(bytes)
      if (message.type === 'flowMod') sw.apply(message)
      return bytes.length
    }),
  )
  t.ok(longest < 40_000, `${longest} bytes`)
  const broadcast = packet.arpRequestFrame({ mac: 0x02_00_00_00_00_01, ip: '10.0.0.1' }, '10.0.0.2')
  const { outputs } = sw.inject(3, broadcast)
  const reached = new Set(outputs.map(({ port, tunnel }) => `${port} ${tunnel?.id} ${tunnel?.ipv6Dst.toString(16)}`))
  t.equal(outputs.length, hosts - 1)
  t.equal(reached.size, hosts - 1)

  host.apply(plugged(hosts + 1))
  const changed = (await messages()).map((bytes) => openflow.decodeMessage(bytes))
  t.equal(changed.length, 2, 'a host that joins changes one part, and the way to its port')
  for (const message of changed) if (message.type === 'flowMod') sw.apply(message)
  t.equal(sw.inject(3, broadcast).outputs.length, hosts)
  t.end()
})

t.test('few hosts are one part, and none of many is in two', (t) => {
  const names = (count: number) => Array.from({ length: count }, (_, at) => `host-${at}`)
  t.same(partsOf([]), [])
  t.equal(partsOf(names(1_000)).length, 1)
  for (const count of [1_001, 3_000, 20_000]) {
    const parts = partsOf(names(count))
    t.same(parts.flat().sort(), names(count).sort())
    t.ok(Math.max(...parts.map(({ length }) => length)) < 1_000, `${parts.length} parts of ${count} hosts`)
  }
  t.end()
})
