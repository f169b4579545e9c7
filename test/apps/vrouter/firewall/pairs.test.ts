import t from 'tap'
import firewall from '../../../../apps/vrouter/firewall/app.ts'
import { TcpFlags, tcpFrame } from '../../../../controller/packet/index.ts'
import { doc, macOf, portDocs, type SimHost, simHost } from '../../one-host.ts'

const virtual = '10.0.0.100'

/** A packet of the station of a number, under an address. */
const frameOf = (from: number, address: string, to: number): Uint8Array =>
  tcpFrame({ src: macOf(from), dst: macOf(to) } as never, { src: address, dst: `10.0.0.${to}` } as never, {
    src: 4000,
    dst: 80,
    flags: TcpFlags.SYN,
  })

const port = (id: string, number: number, spec: NonNullable<Parameters<typeof portDocs>[1]['spec']>) =>
  portDocs(id, {
    ...{ network: 'blue', host: 'h1', ofport: number, mac: macOf(number), addresses: [`10.0.0.${number}`] },
    spec,
  })

/** Whether a packet reaches the third station. */
const arrives = ({ sw, left }: SimHost, from: number, address: string): boolean => {
  sw.receive(from, frameOf(from, address, 3))
  return left().some(({ port: out }) => out === 3)
}

t.test('who may use the address of a port in a group is in it under that address, but for whole ranges', async (t) => {
  const host = await simHost(t, [firewall], [1, 2, 3])
  const pairs = [{ cidr: `${virtual}/32` }]
  await host.apply(
    doc('network', 'blue', { vni: 1 }),
    ...(['web', 'db', 'ops'] as const).map((id, bit) => doc('groupNumber', id, { tenant: 1, bit })),
    ...port('a', 1, { groups: ['web'], allowedPairs: [...pairs, { cidr: '10.0.1.0/24' }] }),
    ...port('b', 2, { groups: ['ops'], allowedPairs: pairs }),
    ...port('c', 3, { groups: ['db'] }),
    doc('policy', 'db', {
      groups: ['db'],
      rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [80], peer: { groups: ['web'] } }],
    }),
  )
  t.ok(arrives(host, 1, '10.0.0.1'))
  t.ok(arrives(host, 1, virtual), 'its virtual address is in its groups')
  t.notOk(arrives(host, 1, '10.0.1.5'), 'addresses of a range are in none')
  t.notOk(arrives(host, 2, '10.0.0.2'), 'another port is not in the group')
  t.ok(arrives(host, 2, virtual), 'an address of several is in the groups of all of them')
  await host.apply(doc('port', 'a', { network: 'blue', groups: ['web'] }))
  t.notOk(arrives(host, 2, virtual), 'until the one of the group gives it up')
  t.notOk(arrives(host, 1, virtual), 'and may not send under it any more')
  t.ok(arrives(host, 1, '10.0.0.1'))
})
