type Texts = readonly [theirs: string, ours: string]

/** A difference between ovs-ofctl's text and ours that is meant, with the reason. */
export interface TextRule {
  readonly name: string
  readonly why: string
  /** Takes the difference out of both texts. */
  readonly without: (texts: Texts) => Texts
}

const cutIn =
  (pattern: RegExp) =>
  ([theirs, ours]: Texts): Texts => [theirs.replace(pattern, ''), ours.replace(pattern, '')]

/** The headers of a packet, on a line of their own after `data_len=`. */
const packetHeaders = /\n[^ \n][^\n]*\bdl_src=[^\n]*\bdl_dst=[^\n]*/g

const withoutPacket = ([theirs, ours]: Texts): Texts => [
  theirs.includes('data_len=') ? theirs.replace(packetHeaders, '') : theirs,
  ours.replace(/\npacket=[0-9a-f]*/g, ''),
]

const lineNumber = (text: string, at: number): number => text.slice(0, at).split('\n').length - 1

const withoutRefused = ([theirs, ours]: Texts): Texts => {
  const at = theirs.indexOf('***decode error')
  if (at < 0) return [theirs, ours]
  const line = lineNumber(theirs, at)
  return [theirs, ours].map((text) => text.split('\n').slice(0, line).join('\n')) as unknown as Texts
}

const lostFields = 'tun_erspan_\\w+|(?:tun_)?gtpu_\\w+|tun_gbp_flags|nsh_\\w+|packet_type'

const lost = new RegExp(`set_field:[^, ]*->tun_erspan_hwid|(?<=[ ,])(?:${lostFields})=(?:\\([^)]*\\)|[^, \\n]*),?`, 'g')
/** A comma that nothing follows any more, a blank before nothing. */
const leftOver = /,(?=[ \n]|$)| (?= )/g

const withoutLost = (texts: Texts): Texts => cutIn(leftOver)(cutIn(lost)(texts))

/** What changed in a flow stands after its cookie, in updates of flow monitors. */
const updatePriority = /(?<= event=.* cookie=\w+) priority=\d+(?:,(?=\w)|(?= )|$)/gm

const withoutUpdatePriority = ([theirs, ours]: Texts): Texts => [
  theirs,
  ours.replace(updatePriority, (found) => (found.endsWith(',') ? ' ' : '')),
]

/** Above the largest meter number, 0xffff0000, and without a name. */
const unnamedMeter = /(\bmeter[=:])(?!4294901760)42949\d{5}\b/g

/** Every difference that is meant. What else differs is a failure. */
export const textRules: readonly TextRule[] = [
  {
    name: 'packet',
    why: 'ofp-print shows the headers of a packet and loses the rest; ours is packet=HEX, which packet-out takes',
    without: withoutPacket,
  },
  {
    name: 'refused',
    why: 'ofp-print dumps the message in an ERROR where Open vSwitch does not take it; we show what it says',
    without: withoutRefused,
  },
  {
    name: 'lost fields',
    why: 'ofp-print leaves out, or shows without the mask or under a name that ovs-ofctl does not take, tun_erspan_*, gtpu_*, tun_gbp_flags, nsh_* and packet_type; ours can be pasted',
    without: withoutLost,
  },
  {
    name: 'update priority',
    why: 'ofp-print leaves the priority out of updates of flow monitors',
    without: withoutUpdatePriority,
  },
  {
    name: 'flow filter',
    why: 'ofp-print leaves out_group and the cookie out of requests for flow statistics',
    without: cutIn(/ out_group=\d+| cookie=0x[0-9a-f]+\/0x[0-9a-f]+/g),
  },
  {
    name: 'meter number',
    why: 'ofp-print calls a reserved meter number that has no name "unknown"; ours is the number',
    without: ([theirs, ours]) => [
      theirs.replace(/\bmeter([=:])unknown\b/g, 'meter$1'),
      ours.replace(unnamedMeter, '$1'),
    ],
  },
]

/** Whether two texts are the same, and which justified differences they have. */
export interface TextComparison {
  readonly justified: readonly string[]
  readonly problem: string | undefined
}

const firstDifference = ([a, b]: Texts): number => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}

const excerpt = (text: string, at: number): string => JSON.stringify(text.slice(Math.max(0, at - 30), at + 60))

const trimLines = (text: string): string => text.replace(/[ \t]+$/gm, '').replace(/\n+$/, '')

/** Compares ovs-ofctl's text of a message with ours; blank space at the ends of lines does not count. */
export const compareText = (theirs: string, ours: string): TextComparison => {
  let texts: Texts = [trimLines(theirs), trimLines(ours)]
  const justified: string[] = []
  for (const { name, without } of textRules) {
    if (texts[0] === texts[1]) break
    const next = without(texts)
    if (next[0] === texts[0] && next[1] === texts[1]) continue
    justified.push(name)
    texts = next
  }
  if (texts[0] === texts[1]) return { justified, problem: undefined }
  const at = firstDifference(texts)
  return { justified, problem: `text: ${excerpt(texts[0], at)}, ours ${excerpt(texts[1], at)}` }
}
