import type { AnsweredBy } from '../job.ts'
import { type Layout, packetOutBufferAt } from './layout.ts'
import type { Window } from './window.ts'

const PACKET_OUT = 13
const FLOW_MOD = 14
const EXPERIMENTER = 4
const noBuffer = 0xffff_ffff
const ONF = 0x4f4e_4600
const bundleAdd = 2301
const bundleHeader = 24
/** OXM header of eth_src without a mask. */
const ethSrc = 0x8000_0806
/** Where the match's fields begin in a flow-mod of OpenFlow 1.3. */
const fieldsAt = 52
/** ofp_match.dl_src in a flow-mod of OpenFlow 1.0. */
const dlSrcAt = 14

/** What a message of the controller turned out to be. */
export const Verdict = { OTHER: 0, ANSWER: 1, NOT_ASKED: 2 } as const

/** The low 4 bytes of the source address that a flow of OpenFlow 1.3 matches, or -1. */
const matchedSource = (view: DataView, start: number): number => {
  const end = start + fieldsAt - 4 + view.getUint16(start + fieldsAt - 2)
  for (let at = start + fieldsAt; at + 10 <= end; ) {
    const header = view.getUint32(at)
    if (header === ethSrc) return view.getUint32(at + 6)
    at += 4 + (header & 0xff)
  }
  return -1
}

/** Finds the packet-in that a message answers, if it answers one. */
export class Tally {
  private readonly layout: Layout
  private readonly window: Window
  private readonly byAddress: boolean

  constructor(layout: Layout, window: Window, answeredBy: AnsweredBy) {
    this.layout = layout
    this.byAddress = answeredBy === 'address'
    this.window = window
  }

  /** One of Verdict. */
  message(view: DataView, start: number, end: number): number {
    const type = view.getUint8(start + 1)
    if (type === FLOW_MOD) return this.flowMod(view, start)
    if (type === PACKET_OUT) return this.packetOut(view, start, end)
    if (type !== EXPERIMENTER || end - start < bundleHeader + 8) return Verdict.OTHER
    const isAdd = view.getUint32(start + 8) === ONF && view.getUint32(start + 12) === bundleAdd
    return isAdd ? this.message(view, start + bundleHeader, end) : Verdict.OTHER
  }

  private flowMod(view: DataView, start: number): number {
    const bufferId = view.getUint32(start + this.layout.flowBufferAt)
    if (bufferId !== noBuffer) return this.window.answer(bufferId) ? Verdict.ANSWER : Verdict.NOT_ASKED
    // Without the buffer the packet itself is lost: no answer to it, though it may be one to its address.
    if (!this.byAddress) return Verdict.NOT_ASKED
    const source = this.layout.version === 4 ? matchedSource(view, start) : view.getUint32(start + dlSrcAt + 2)
    return source >= 0 && this.window.answerAddress(source) ? Verdict.ANSWER : Verdict.NOT_ASKED
  }

  private packetOut(view: DataView, start: number, end: number): number {
    const bufferId = view.getUint32(start + packetOutBufferAt)
    if (bufferId !== noBuffer) return this.window.answer(bufferId) ? Verdict.ANSWER : Verdict.NOT_ASKED
    const data = start + this.layout.actionsAt + view.getUint16(start + this.layout.actionsLengthAt)
    if (data + 14 > end) return Verdict.NOT_ASKED
    return this.window.answerAddress(view.getUint32(data + 8)) ? Verdict.ANSWER : Verdict.NOT_ASKED
  }
}
