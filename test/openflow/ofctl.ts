import { execFileSync } from 'node:child_process'
import type { Test } from 'tap'
import { encodeMessage, formatMessage, type Message } from '../../controller/openflow/messages/messages.ts'
import { toHex } from '../../controller/openflow/wire/json.ts'
import { ovs } from '../support/needs.ts'

const trimmed = (text: string): string => text.replace(/[ \t]+$/gm, '').replace(/\n+$/, '')

/** What Open vSwitch itself prints for bytes. */
export const ofpPrint = (hex: string): string =>
  trimmed(execFileSync('ovs-ofctl', ['ofp-print', hex], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))

/** Our text of each message must be ovs-ofctl's. Skipped, with the reason, where there is none. */
export const sameAsOfctl = (t: Test, messages: Readonly<Record<string, Message>>): void => {
  if (!ovs(t)) return
  for (const [name, message] of Object.entries(messages)) {
    t.equal(trimmed(formatMessage(message)), ofpPrint(toHex(encodeMessage(message))), name)
  }
}
