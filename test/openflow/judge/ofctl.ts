import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeMessage, type Message } from '../../../controller/openflow/messages/messages.ts'

/** Transaction ids that tell the messages apart in what ofp-parse prints of all of them. */
const firstXid = 0x77000000

/** The same message under a transaction id of its own. */
const numbered = (message: Message, index: number): Message => {
  const xid = firstXid + index
  // A message in a bundle has the transaction id of what adds it.
  return message.type === 'bundleAdd' ? { ...message, xid, message: { ...message.message, xid } } : { ...message, xid }
}

const headline = /^(?=\S.*\(xid=0x77[0-9a-f]{6}\))/m

const indexOf = (text: string): number =>
  Number.parseInt(/\(xid=0x(77[0-9a-f]{6})\)/.exec(text)?.[1] ?? '0', 16) - firstXid

/** Messages numbered, each with what `ovs-ofctl ofp-parse` prints of it; empty where it is silent. */
export const printedByOfctl = (messages: readonly Message[]): { message: Message; text: string }[] => {
  const all = messages.map(numbered)
  const folder = mkdtempSync(join(tmpdir(), 'heddle-judge-'))
  const file = join(folder, 'messages')
  writeFileSync(file, Buffer.concat(all.map(encodeMessage)))
  try {
    const texts = all.map(() => '')
    const out = execFileSync('ovs-ofctl', ['ofp-parse', file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 28,
    })
    for (const text of out.split(headline)) {
      const index = indexOf(text)
      if (index in texts) texts[index] += text
    }
    return all.map((message, index) => ({ message, text: texts[index] ?? '' }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
