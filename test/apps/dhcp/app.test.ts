import t, { type Test } from 'tap'
import dhcp from '../../../apps/dhcp/app.ts'
import {
  DhcpOption,
  DhcpType,
  Dhcpv6Option,
  Dhcpv6Status,
  Dhcpv6Type,
  duidOf,
  iaNasOf,
  ipv4Of,
  ipv6Of,
  udpFrame,
} from '../../../controller/packet/index.ts'
import { until } from '../../engine/lab.ts'
import { doc, macOf, portDocs, type SimHost, simHost } from '../one-host.ts'
import { answer6In, answerIn, type Question, type Question6, question, question6 } from './client.ts'

const mac = 0x02_00_00_00_00_01
const server = '10.0.0.1'
const serverMac = 0x02_68_65_64_68_63

const docs = [
  doc('network', 'blue', { vni: 1 }),
  doc('subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/24', dns: ['10.0.0.53', 'fd00::53'] }),
  doc('subnet', 'blue-v6', { network: 'blue', cidr: 'fd00::/64', dns: ['fd00::53'] }),
  ...portDocs('a', { network: 'blue', mac: macOf(1), addresses: ['10.0.0.5', 'fd00::5'], host: 'h1', ofport: 1 }),
  ...portDocs('b', { network: 'blue', mac: macOf(2), addresses: ['10.0.0.6'], host: 'h1', ofport: 2 }),
]

const start = async (t: Test): Promise<SimHost> => {
  const lab = await simHost(t, [dhcp], [1, 2])
  await lab.apply(...docs)
  return lab
}

const next = async (lab: SimHost) => {
  const frames: ReturnType<SimHost['left']> = []
  await until('there is an answer', () => {
    frames.push(...lab.left())
    return frames.length > 0
  })
  return frames
}

/** The answers to a question, and to a DISCOVER after it, which always has one. */
const answersTo = async (lab: SimHost, frame: Uint8Array, port = 1) => {
  lab.sw.receive(port, frame)
  lab.sw.receive(1, question({ type: DhcpType.DISCOVER, mac, xid: 0xffff }))
  const all: ReturnType<typeof answerIn>[] = []
  while (all.at(-1)?.dhcp?.xid !== 0xffff) all.push(...(await next(lab)).map((one) => answerIn(one.frame)))
  return all.slice(0, -1)
}

const typeOf = ({ hex }: ReturnType<typeof answerIn>): number => Number(`0x${hex(DhcpOption.MESSAGE_TYPE)}`)

t.test('a container is told its address, mask, gateway, name server, MTU and for how long', async (t) => {
  const lab = await start(t)
  lab.sw.receive(1, question({ type: DhcpType.DISCOVER, mac, xid: 7 }))
  const [offer] = await next(lab)
  const { eth, ipv4, dhcp: read, hex } = answerIn(offer?.frame ?? new Uint8Array())
  t.equal(offer?.port, 1, 'only who has asked is answered')
  t.match(eth, { src: serverMac, dst: mac })
  t.match(ipv4, { src: ipv4Of(server), dst: ipv4Of('10.0.0.5') })
  t.match(read, { xid: 7, op: 2, chaddr: mac, yiaddr: ipv4Of('10.0.0.5') })
  t.same(
    [53, 54, 1, 3, 6, 26, 51, 58, 59, 121].map(hex),
    ['02', '0a000001', 'ffffff00', '0a000001', '0a000035', '05aa', '00000e10', '00000708', '00000c4e', ''],
    'MTU 1450: what Geneve leaves of 1500',
  )
  lab.sw.receive(1, question({ type: DhcpType.REQUEST, mac, xid: 7, requested: '10.0.0.5', server }))
  const [ack] = await next(lab)
  const answer = answerIn(ack?.frame ?? new Uint8Array())
  t.equal(typeOf(answer), DhcpType.ACK)
  t.match(answer.dhcp, { xid: 7, yiaddr: ipv4Of('10.0.0.5') })
})

t.test('each message is answered as RFC 2131 has it', async (t) => {
  const lab = await start(t)
  const own = '10.0.0.5'
  const { DISCOVER, OFFER, REQUEST, ACK, NAK, INFORM, RELEASE, DECLINE } = DhcpType
  const cases: readonly [what: string, asked: Omit<Question, 'mac'>, answer: number | undefined, to?: string][] = [
    ['discovers, hears only what is for all', { type: DISCOVER, broadcast: true }, OFFER, '255.255.255.255'],
    ['takes the offer', { type: REQUEST, requested: own, server }, ACK, own],
    ['takes an offer that was never made', { type: REQUEST, requested: '10.0.0.9', server }, NAK, '255.255.255.255'],
    ['takes the offer of another server', { type: REQUEST, requested: own, server: '10.0.0.3' }, undefined],
    ['comes up with its old address', { type: REQUEST, requested: own }, ACK, own],
    ['comes up with an address of elsewhere', { type: REQUEST, requested: '192.168.1.7' }, NAK, '255.255.255.255'],
    ['renews or rebinds', { type: REQUEST, ciaddr: own }, ACK, own],
    ['has an address and asks for the rest', { type: INFORM, ciaddr: own }, ACK, own],
    ['releases', { type: RELEASE, ciaddr: own, server }, undefined],
    ['declines', { type: DECLINE, requested: own, server }, undefined],
    ['asks through a relay', { type: DISCOVER, giaddr: '10.9.9.9' }, undefined],
    ['sends what only servers send', { type: OFFER }, undefined],
  ]
  for (const [what, asked, type, to] of cases) {
    const answers = await answersTo(lab, question({ mac, ...asked }))
    t.same(answers.map(typeOf), type === undefined ? [] : [type], what)
    t.equal(answers[0]?.ipv4?.dst, to === undefined ? undefined : ipv4Of(to), what)
  }
  const [informed] = await answersTo(lab, question({ mac, type: INFORM, ciaddr: own }))
  t.same([informed?.dhcp?.yiaddr, informed?.hex(51), informed?.hex(6)], [0, '', '0a000035'], 'no address, no lease')
})

t.test('the address follows what the controller wants; the old one is refused', async (t) => {
  const lab = await start(t)
  await lab.apply(doc('assignment', 'a', { mac: macOf(1), addresses: ['10.0.0.99'] }))
  const [nak] = await answersTo(lab, question({ type: DhcpType.REQUEST, mac, requested: '10.0.0.5' }))
  t.equal(nak && typeOf(nak), DhcpType.NAK)
  await lab.apply(doc('subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/25', gateway: null }))
  const [offer] = await answersTo(lab, question({ type: DhcpType.DISCOVER, mac }))
  t.same(
    [1, 3, 6, 54].map((code) => offer?.hex(code)),
    ['ffffff80', '', '', 'a9fe0001'],
    'no gateway, no name server; the server has a link-local address',
  )
})

t.test('a container cannot ask for another, nor answer in the place of the controller', async (t) => {
  const lab = await start(t)
  t.same(await answersTo(lab, question({ type: DhcpType.DISCOVER, mac }), 2), [], 'with the MAC of another')
  const foreign = question({ type: DhcpType.DISCOVER, mac })
  foreign.set([0x02, 0, 0, 0, 0, 0x02], 6)
  t.same(await answersTo(lab, foreign, 2), [], 'with the MAC of another inside the message')
  const offer = udpFrame(
    { src: mac, dst: 'ff:ff:ff:ff:ff:ff' },
    { src: '10.0.0.5', dst: '255.255.255.255' },
    { src: 67, dst: 68 },
  )
  const { outputs } = lab.sw.receive(1, offer, true)
  t.same(outputs, [])
  const drops = [...(lab.engine.switches.get(1n)?.desired.flows.entries() ?? [])].map(([, { thing }]) => thing.drop)
  t.match(drops, /DHCP server in a container/)
})

t.test('containers are told the routes to neighbours of theirs that their router knows', async (t) => {
  const lab = await start(t)
  await lab.apply(
    doc('subnet', 'red-v4', { network: 'red', cidr: '10.1.0.0/24' }),
    doc('network', 'red', { vni: 2 }),
    doc('router', 'r', {
      mac: macOf(99),
      subnets: ['blue-v4', 'red-v4'],
      routes: [
        { to: '172.16.0.0/12', via: ['10.0.0.200'] },
        { to: '172.20.0.0/16', via: ['10.1.0.200'] },
        { to: '172.21.0.0/16', via: ['10.0.0.5'] },
        { to: '172.22.0.0/16', via: ['10.0.0.200', '10.0.0.201'] },
        { to: '0.0.0.0/0', via: ['10.0.0.201'] },
      ],
    }),
  )
  const [offer] = await answersTo(lab, question({ type: DhcpType.DISCOVER, mac }))
  t.equal(
    offer?.hex(121),
    `00${'0a000001'}${'0cac10'}${'0a0000c8'}`,
    'the gateway first, for all else: what is behind the container itself, shared, or elsewhere',
  )
})

t.test('by DHCPv6 a container is told its addresses and name server', async (t) => {
  const lab = await start(t)
  const own = duidOf(serverMac)
  const named = [{ code: Dhcpv6Option.SERVER_ID, value: own }]
  const rapid = [{ code: Dhcpv6Option.RAPID_COMMIT, value: new Uint8Array() }]
  const others = [{ code: Dhcpv6Option.SERVER_ID, value: duidOf(1) }]
  const { SOLICIT, ADVERTISE, REQUEST, REPLY, CONFIRM, RENEW, REBIND, RELEASE, INFORMATION_REQUEST } = Dhcpv6Type
  const good = ['fd00::5']
  const { NOT_ON_LINK } = Dhcpv6Status
  type Case = readonly [
    what: string,
    asked: Omit<Question6, 'mac'>,
    answer: number | undefined,
    given?: string[],
    status?: number,
  ]
  const cases: readonly Case[] = [
    ['solicits', { type: SOLICIT }, ADVERTISE, good],
    ['solicits in a hurry', { type: SOLICIT, more: rapid }, REPLY, good],
    ['requests', { type: REQUEST, more: named, addresses: good }, REPLY, good],
    ['requests of another server', { type: REQUEST, more: others }, undefined],
    ['requests of nobody', { type: REQUEST }, undefined],
    ['renews', { type: RENEW, more: named, addresses: good }, REPLY, good],
    ['rebinds an address that it has no more', { type: REBIND, addresses: ['fd00::7'] }, REPLY, ['fd00::5', 'fd00::7']],
    ['confirms', { type: CONFIRM, addresses: good }, REPLY, []],
    ['confirms an address of elsewhere', { type: CONFIRM, addresses: ['fd01::5'] }, REPLY, [], NOT_ON_LINK],
    ['releases', { type: RELEASE, more: named, addresses: good }, REPLY, []],
    ['asks for the rest', { type: INFORMATION_REQUEST, iaids: [] }, REPLY, []],
    ['solicits for two interfaces', { type: SOLICIT, iaids: [1, 2] }, ADVERTISE, good],
  ]
  for (const [index, [what, asked, type, given, status = 0]] of cases.entries()) {
    lab.sw.receive(1, question6({ mac, xid: index, ...asked }))
    lab.sw.receive(1, question6({ mac, xid: 0xffff, type: SOLICIT }))
    const all: ReturnType<typeof answer6In>[] = []
    while (all.at(-1)?.dhcp?.transaction !== 0xffff) all.push(...(await next(lab)).map(({ frame }) => answer6In(frame)))
    const [answer] = all.slice(0, -1)
    t.equal(answer?.dhcp?.messageType, type, what)
    if (!answer) continue
    t.same(
      iaNasOf(answer.dhcp?.options ?? []).flatMap((ia) => ia.addresses),
      given?.map(ipv6Of),
      what,
    )
    t.same(answer.value(Dhcpv6Option.DNS), Buffer.from(`fd${'00'.repeat(14)}53`, 'hex'), what)
    t.match(answer.eth, { src: serverMac, dst: mac })
    t.equal(answer.value(Dhcpv6Option.STATUS_CODE)?.[1] ?? 0, status, what)
  }
})

t.test('of a flood of questions the controller sees as many as the meter of the host lets through', async (t) => {
  const lab = await start(t)
  for (let count = 0; count < 1000; count++) lab.sw.receive(1, question({ type: DhcpType.DISCOVER, mac, xid: count }))
  const answers: unknown[] = []
  await until('all are answered that came through', () => {
    answers.push(...lab.left())
    return answers.length >= 100
  })
  const counted = [...lab.sw.meters].map(({ packets, bands }) => [packets, bands[0]?.packets])
  t.same(counted, [[1000, 900]], 'the switch says how many it dropped')
  lab.clock.advance(1000)
  lab.sw.receive(1, question({ type: DhcpType.DISCOVER, mac, xid: 0xffff }))
  await until('the next one is answered', () => {
    answers.push(...lab.left())
    return answers.length > 100
  })
  t.equal(answers.length, 101)
})
