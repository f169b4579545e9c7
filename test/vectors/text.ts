/** A difference between our text and ovs-ofctl's that is meant, with the reason. */
export interface TextRule {
  readonly name: string
  readonly why: string
  /** Takes the difference out of ovs-ofctl's text and of ours. */
  readonly theirs?: (text: string) => string
  readonly ours?: (text: string) => string
}

/** Every difference that is meant. What else differs is a failure. */
export const textRules: readonly TextRule[] = [
  {
    name: 'packet',
    why: 'ofp-print shows the headers of a packet and loses the rest; ours is packet=HEX, which packet-out takes',
    theirs: (text) => text.replace(/(data_len=\d+[^\n]*)\n[^\n]*vlan_tci=[^\n]*/g, '$1'),
    ours: (text) => text.replace(/\npacket=[0-9a-f]*/g, ''),
  },
]

/** Whether two texts are the same, and which justified differences they have. */
export interface TextComparison {
  readonly justified: readonly string[]
  readonly problem: string | undefined
}

const firstDifference = (a: string, b: string): number => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}

const excerpt = (text: string, at: number): string => JSON.stringify(text.slice(Math.max(0, at - 30), at + 60))

/** Compares ovs-ofctl's text of a message with ours; blank space at the ends of lines does not count. */
export const compareText = (theirs: string, ours: string): TextComparison => {
  let left = trimLines(theirs)
  let right = trimLines(ours)
  const justified: string[] = []
  for (const rule of textRules) {
    if (left === right) break
    const nextLeft = rule.theirs?.(left) ?? left
    const nextRight = rule.ours?.(right) ?? right
    if (nextLeft !== left || nextRight !== right) justified.push(rule.name)
    left = nextLeft
    right = nextRight
  }
  if (left === right) return { justified, problem: undefined }
  const at = firstDifference(left, right)
  return { justified, problem: `text: ${excerpt(left, at)}, ours ${excerpt(right, at)}` }
}

const trimLines = (text: string): string => text.replace(/[ \t]+$/gm, '').replace(/\n+$/, '')
