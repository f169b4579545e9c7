import { formatIpv4 } from '../../../controller/openflow/index.ts'
import {
  echoFrame,
  encodeIcmp,
  IcmpType,
  ipFrame,
  parsePacket,
  TcpFlags,
  tcpFrame,
  udpFrame,
} from '../../../controller/packet/index.ts'
import { CtState } from '../../../topology/sim/index.ts'
import { wrongChecksums } from '../support/checksums.ts'
import { type Behaviour, type Lab, program, punted, told } from './lab.ts'

const link = { src: '00:00:00:00:00:01', dst: '00:00:00:00:00:02' }
const there = { src: '10.0.0.1', dst: '10.0.0.2' }
const back = { src: '10.0.0.2', dst: '10.0.0.1' }
const { NEW, EST, REL, RPL, INV, TRK, SNAT, DNAT } = CtState

const names = { NEW, EST, REL, RPL, INV, TRK, SNAT, DNAT } as const

const stateText = (state: number | bigint | undefined): string =>
  Object.entries(names)
    .filter(([, bit]) => (Number(state ?? 0) & bit) !== 0)
    .map(([name]) => name.toLowerCase())
    .join(' ')

/** What tracking says of a frame that comes up. */
const stateOf = async (lab: Lab, frame: Uint8Array): Promise<string> =>
  stateText(told((await punted(lab, frame))[0], 'ctState'))

const commitNew = [
  'table=0,priority=10,ip,actions=ct(table=1,zone=7)',
  'table=1,priority=20,ct_state=+new+trk,ip,actions=controller,ct(commit,zone=7,exec(set_field:0x5->ct_mark,set_field:0x66->ct_label))',
  'table=1,priority=10,actions=controller',
]

const udp = (network: typeof there, src: number, dst: number): Uint8Array => udpFrame(link, network, { src, dst })

const lifecycle: Behaviour = {
  title: 'a connection is new until it is committed and answered; then it is established both ways',
  async run(t, lab) {
    await program(t, lab, ...commitNew)
    t.equal(await stateOf(lab, udp(there, 1, 2)), 'new trk')
    t.equal(await stateOf(lab, udp(there, 1, 2)), 'new trk', 'no answer yet')
    const [answer] = await punted(lab, udp(back, 2, 1))
    t.equal(stateText(told(answer, 'ctState')), 'est rpl trk')
    t.same([told(answer, 'ctZone'), told(answer, 'ctMark'), told(answer, 'ctLabel')], [7, 5, 0x66n])
    t.same(
      ['ctNwSrc', 'ctNwDst', 'ctNwProto', 'ctTpSrc', 'ctTpDst'].map((name) => told(answer, name)),
      [0x0a000001, 0x0a000002, 17, 1, 2],
    )
    t.equal(await stateOf(lab, udp(there, 1, 2)), 'est trk')
    t.equal(await stateOf(lab, udp(there, 1, 3)), 'new trk', 'other ports are another connection')
    await lab.client.ask({ type: 'ctFlushZone', zoneId: 7 })
    t.equal(await stateOf(lab, udp(back, 2, 1)), 'new trk', 'all is forgotten after a flush')
  },
}

const tcp = (network: typeof there, ports: readonly [number, number], flags: number): Uint8Array =>
  tcpFrame(link, network, { src: ports[0], dst: ports[1], flags })

const handshake: Behaviour = {
  title: 'TCP: the first SYN is new, its answer a reply; a SYN ACK out of the blue is invalid',
  async run(t, lab) {
    await program(t, lab, ...commitNew)
    const { SYN, ACK } = TcpFlags
    t.equal(await stateOf(lab, tcp(back, [80, 7], SYN | ACK)), 'inv trk')
    t.equal(await stateOf(lab, tcp(there, [7, 80], SYN)), 'new trk')
    t.equal(await stateOf(lab, tcp(back, [80, 7], SYN | ACK)), 'est rpl trk')
    t.equal(await stateOf(lab, tcp(there, [7, 80], ACK)), 'est trk')
  },
}

/** A router's message that a packet could not be delivered, quoting it. */
const unreachable = (network: typeof there, quoted: Uint8Array): Uint8Array =>
  ipFrame(
    link,
    network,
    1,
    encodeIcmp({ icmpType: IcmpType.UNREACHABLE, code: 1, payload: quoted.subarray(14, 14 + 28) }),
  )

const related: Behaviour = {
  title: 'ICMP: echoes are connections, an answer without a question is invalid, an error is related to what it quotes',
  async run(t, lab) {
    await program(t, lab, ...commitNew)
    t.equal(await stateOf(lab, echoFrame(link, back, { reply: true })), 'inv trk')
    t.equal(await stateOf(lab, echoFrame(link, there)), 'new trk')
    t.equal(await stateOf(lab, echoFrame(link, back, { reply: true })), 'est rpl trk')
    t.equal(await stateOf(lab, unreachable(back, udp(there, 5, 6))), 'inv trk')
    t.equal(await stateOf(lab, udp(there, 5, 6)), 'new trk')
    t.equal(await stateOf(lab, unreachable(back, udp(there, 5, 6))), 'rel rpl trk')
  },
}

const zonesApart: Behaviour = {
  title: 'zones are apart, also where a register names them',
  async run(t, lab) {
    await program(
      t,
      lab,
      'table=0,in_port=1,ip,actions=load:1->NXM_NX_REG0[0..15],ct(commit,table=1,zone=NXM_NX_REG0[0..15])',
      'table=0,in_port=2,ip,actions=load:2->NXM_NX_REG0[0..15],ct(table=1,zone=NXM_NX_REG0[0..15])',
      'table=0,in_port=3,ip,actions=load:1->NXM_NX_REG0[0..15],ct(table=1,zone=NXM_NX_REG0[0..15])',
      'table=1,actions=controller',
    )
    const zoneAndState = async (inPort: number, frame: Uint8Array): Promise<string> => {
      const [packet] = await punted(lab, frame, 1, inPort)
      return `${told(packet, 'ctZone')} ${stateText(told(packet, 'ctState'))}`
    }
    t.equal(await zoneAndState(1, udp(there, 1, 2)), '1 new trk')
    t.equal(await zoneAndState(2, udp(back, 2, 1)), '2 new trk')
    t.equal(await zoneAndState(3, udp(back, 2, 1)), '1 est rpl trk')
  },
}

interface Seen {
  readonly state: string
  readonly path: string
  readonly wrong: readonly string[]
}

/** Who a packet that came up is from and to. */
const seen = async (lab: Lab, frame: Uint8Array): Promise<Seen> => {
  const [packet] = await punted(lab, frame)
  const data = packet?.data ?? new Uint8Array()
  const { ipv4, udp: ports, icmp } = parsePacket(data)
  const [from, to] = [formatIpv4(ipv4?.src ?? 0), formatIpv4(ipv4?.dst ?? 0)]
  const tail = ports ? `${from}:${ports.src} > ${to}:${ports.dst}` : `${from} > ${to} id ${(icmp?.rest ?? 0) >>> 16}`
  return { state: stateText(told(packet, 'ctState')), path: tail, wrong: wrongChecksums(data) }
}

const sourceNat: Behaviour = {
  title: 'source NAT: packets leave with the outer address, answers come back to the inner one, errors too',
  async run(t, lab) {
    await program(
      t,
      lab,
      'table=0,ip,nw_src=10.0.0.0/24,actions=ct(commit,table=1,zone=9,nat(src=192.0.2.1:5000-5001))',
      'table=0,ip,nw_dst=192.0.2.1,actions=ct(table=1,zone=9,nat)',
      'table=1,actions=controller',
    )
    const peer = { src: '198.51.100.5', dst: '192.0.2.1' }
    const out = { src: '10.0.0.1', dst: '198.51.100.5' }
    const first = await seen(lab, udp(out, 1234, 53))
    t.match(first, { state: 'new trk snat', wrong: [] })
    t.match(first.path, /^192\.0\.2\.1:500[01] > 198\.51\.100\.5:53$/)
    const outer = Number(/:(\d+) >/.exec(first.path)?.[1])
    t.same(await seen(lab, udp(peer, 53, outer)), {
      state: 'est rpl trk dnat',
      path: '198.51.100.5:53 > 10.0.0.1:1234',
      wrong: [],
    })
    const second = await seen(lab, udp({ ...out, src: '10.0.0.9' }, 1234, 53))
    t.match(
      second.path,
      new RegExp(`^192\\.0\\.2\\.1:${outer === 5000 ? 5001 : 5000} >`),
      'the other port of the range',
    )
    const quoted = udp({ src: '192.0.2.1', dst: '198.51.100.5' }, outer, 53)
    const [packet] = await punted(lab, unreachable(peer, quoted))
    t.equal(stateText(told(packet, 'ctState')), 'rel rpl trk dnat')
    const error = parsePacket(packet?.data ?? new Uint8Array())
    t.equal(error.ipv4?.dst, 0x0a000001, 'the error comes to the inner address')
    t.same([...(error.icmp?.payload.subarray(12, 24) ?? [])], [10, 0, 0, 1, 198, 51, 100, 5, 4, 210, 0, 53])
    t.same(wrongChecksums(packet?.data ?? new Uint8Array()), [])
  },
}

const destinationNat: Behaviour = {
  title: 'destination NAT: a service address leads to the server, whose answers come from the service',
  async run(t, lab) {
    await program(
      t,
      lab,
      'table=0,ip,nw_dst=192.0.2.9,actions=ct(commit,table=1,zone=9,nat(dst=10.0.0.7:8080))',
      'table=0,ip,nw_src=10.0.0.7,actions=ct(table=1,zone=9,nat)',
      'table=1,actions=controller',
    )
    t.same(await seen(lab, udp({ src: '10.0.0.1', dst: '192.0.2.9' }, 1234, 80)), {
      state: 'new trk dnat',
      path: '10.0.0.1:1234 > 10.0.0.7:8080',
      wrong: [],
    })
    t.same(await seen(lab, udp({ src: '10.0.0.7', dst: '10.0.0.1' }, 8080, 1234)), {
      state: 'est rpl trk snat',
      path: '192.0.2.9:80 > 10.0.0.1:1234',
      wrong: [],
    })
  },
}

export const trackingBehaviours: readonly Behaviour[] = [
  lifecycle,
  handshake,
  related,
  zonesApart,
  sourceNat,
  destinationNat,
]
