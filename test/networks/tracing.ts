import type { Test } from 'tap'
import { questionOf } from '../../controller/cli/trace/question.ts'
import { traced } from '../../controller/cli/trace/result.ts'
import { whyText } from '../../controller/cli/trace/text.ts'
import { ApiWorld } from '../../controller/cli/trace/world.ts'
import { run } from '../cli/controller.ts'
import { agreeing, type TraceCase } from './agreeing.ts'
import type { NetworksLab } from './lab.ts'

const there = (to: string, host: string): RegExp => new RegExp(`^delivered to ${to} on ${host}$`)

const unknownMac = '02:00:00:00:ff:ff'

const cases: readonly TraceCase[] = [
  { packet: ['blue1', 'blue4', 'tcp/80'], verdict: there('blue4', 'h1'), answer: there('blue1', 'h1'), live: true },
  { packet: ['blue1', 'blue2', 'tcp/80'], verdict: there('blue2', 'h2'), answer: there('blue1', 'h1'), live: true },
  { packet: ['blue2', 'blue3', 'udp/53'], verdict: there('blue3', 'h3'), answer: there('blue2', 'h2') },
  { packet: ['blue1', 'blue3'], verdict: there('blue3', 'h3'), answer: there('blue1', 'h1') },
  {
    ...{ packet: ['blue1', 'blue2', 'tcp/80'], options: { family: '6' } },
    ...{ verdict: there('blue2', 'h2'), answer: there('blue1', 'h1') },
  },
  { packet: ['red2', 'red3'], options: { family: '6' }, verdict: there('red3', 'h3'), answer: there('red2', 'h2') },
  { packet: ['blue1', 'blue2', 'arp'], verdict: /^answered on h1 by app arp-responder, rule answer, blue2 \(arp/ },
  {
    packet: ['blue1', 'blue2', 'arp'],
    options: { family: '6' },
    verdict: /^answered on h1 by app arp-resp.* \(nd fd00/,
  },
  {
    ...{ packet: ['blue1', 'blue2', 'udp/53'], options: { source: '10.0.0.77' }, live: true },
    verdict: /^dropped on h1: "spoofed IPv4 address", by app guard, rule drops$/,
  },
  { packet: ['blue1', 'blue2'], options: { family: '6', source: 'fd00:10::77' }, verdict: /"spoofed IPv6 address"/ },
  { packet: ['blue1', 'blue2'], options: { sourceMac: unknownMac }, verdict: /^dropped on h1: "spoofed IPv4 address"/ },
  { packet: ['blue1', unknownMac], verdict: /^dropped on h1: "unknown destination", by app overlay, rule base$/ },
  {
    packet: ['blue1', '10.0.0.77', 'tcp/80'],
    verdict: /^never sent: nobody answers who has 10.0.0.77; .* "ARP request for an unknown address", by app arp-resp/,
  },
  {
    packet: ['blue1', 'fd00:10::77'],
    verdict: /"neighbour solicitation for an unknown address", by app arp-responder/,
  },
  {
    packet: ['blue1', 'green2'],
    verdict: /^never sent: nobody answers who has 10\.0\.0\.1; .* "ARP request for an unknown/,
  },
  {
    packet: ['blue1', 'ff:ff:ff:ff:ff:ff', 'udp/9'],
    verdict: /^delivered to blue\d on h\d(, and to blue\d){0,1}, and to/,
  },
  { packet: ['green2', '255.255.255.255', 'udp/9'], verdict: there('green1', 'h1'), live: true },
]

/** What users read. */
const reading = async (t: Test, lab: NetworksLab): Promise<void> => {
  const heddle = (...words: readonly string[]) => run([...words, '--api', lab.folder.facts.api ?? ''])
  await t.test('heddle trace names each flow on both hosts, and what the switches counted', async (t) => {
    const words = ['trace', 'blue1', 'blue2', 'tcp/80', '--live']
    let { status, out } = await heddle(...words)
    // A switch that stands still counts later than is waited for.
    for (let attempt = 0; attempt < 2 && status !== 0; attempt++) ({ status, out } = await heddle(...words))
    t.equal(status, 0, out)
    const parts = [
      /^blue1 to blue2, tcp\/80\nwho has 10\.0\.0\.\d+\? .*, answered on h1 by app arp-responder, rule answer, blue2 /,
      /^tcp 10\.0\.0\.\d+:49152 > 10\.0\.0\.\d+:80\nh1, from blue1 \(port \d+\)\n {3}0 classify {4}app overlay, rule source, blue1\n/m,
      /^ {3}1 guard {7}app guard, rule own, blue1\n +priority=200,ip,.* actions=goto_table:2$/m,
      /^ {2}=> to h2 by vxlan, VNI \d+\nh2, from h1 by vxlan, VNI \d+ \(port \d+\)$/m,
      /^ {2}=> delivered to blue2 \(port \d+\)\ndelivered to blue2 on h2$/m,
      /^live: 7 packets sent, and the switches did what was computed\n {2}h1: (\d+) of \1 flows counted them$/m,
      /^ {2}h2: port blue2 sent \d+ packets$/m,
    ]
    for (const part of parts) t.match(out, part)
  })
  await t.test('heddle why says in few words what decides, and what mends it', async (t) => {
    const { status, out } = await heddle('why', 'blue1', 'blue2', 'udp/53', '--source', '10.0.0.77')
    t.equal(status, 1)
    t.match(out, /^blue1 does not reach blue2 by udp\/53\n {2}dropped on h1: "spoofed IPv4 address"/)
    t.match(out, /^ {2}flow: table=1,.* actions=drop\n {2}mend: where blue1 may send so, .*allowedPairs/m)
    t.match(await heddle('why', '1', 'table=0'), { status: 1, err: /no switch 0000000000000001 is connected/ })
  })
}

/** The same without a process for each. */
const mending = async (t: Test, lab: NetworksLab): Promise<void> => {
  const options = { api: lab.folder.facts.api ?? '', output: 'table' } as const
  await lab.ask('PUT', '/v1/ports/nowhere?wait=true', { network: 'blue' })
  const world = await ApiWorld.open(options)
  const why = async (from: string, to: string): Promise<string> =>
    whyText(world, await traced(world, questionOf(world, [from, to], options), true))
  await t.test('what a user can do is said: plug in, route, look who is there', async (t) => {
    t.match(await why('blue1', 'blue2'), /^blue1 reaches blue2 by icmp\n {2}delivered to .*\n {2}the answer: delivered/)
    t.match(await why('blue1', '10.9.0.3'), /^ {2}mend: no router has the subnet of blue1/m)
    t.match(await why('blue1', '10.0.0.99'), /^ {2}mend: no port of network blue is there/m)
    t.match(await why('blue1', 'nowhere'), /^ {2}mend: nowhere is plugged in on no host: .*iface-id=nowhere$/m)
    t.match(await why('nowhere', 'blue1'), /lost: nowhere is plugged in on no host\n {2}mend: .*iface-id=nowhere$/)
  })
  await lab.ask('DELETE', '/v1/ports/nowhere?wait=true')
  await t.test('words that make no sense are named', (t) => {
    const wrong: readonly (readonly [readonly [string, string, string?], RegExp])[] = [
      [['nobody', 'blue1'], /^there is no port nobody; heddle get ports lists them$/],
      [['blue1', 'nobody'], /^there is no port nobody, and it is neither an IP nor an Ethernet address$/],
      [['blue1', 'blue2', 'sctp/5'], /^sctp\/5: tcp\/80, udp\/53, icmp or arp is expected$/],
      [['green1', 'fd00:10::2'], /^green1 has no address of IPv6 to send from$/],
      [['blue1', 'ff:ff:ff:ff:ff:ff', 'arp'], /^arp asks who has an IP address: ff:ff:ff:ff:ff:ff is none$/],
    ]
    for (const [words, message] of wrong) t.throws(() => questionOf(world, words, options), { message })
    t.end()
  })
}

/** What is said of packets of containers, judged by Open vSwitch and as users read it. */
export const tracing = async (t: Test, lab: NetworksLab): Promise<void> => {
  await agreeing(t, lab, cases)
  await reading(t, lab)
  await mending(t, lab)
}
