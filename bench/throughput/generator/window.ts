import { type Layout, packetInBufferAt, ports } from './layout.ts'

/** Counts are 31 bits, so that none is the number that stands for no buffer. */
const countMask = 0x7fff_ffff
const macMask = 0xff_ffff

export interface WindowOptions {
  readonly layout: Layout
  /** Packet-ins that may wait for their answers: a power of two. */
  readonly size: number
  readonly macs: number
  /** The number of the switch: part of its hosts' addresses. */
  readonly number: number
  /** Hosts move to the next port with every round. */
  readonly moving: boolean
}

/**
 * The packet-ins of one switch that wait for their answers, in a ring of bytes prepared once. The
 * buffer's number is the count of packet-ins so far, so an answer leads straight to its place.
 */
export class Window {
  readonly size: number
  private readonly layout: Layout
  private readonly options: WindowOptions
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private readonly waiting: Uint8Array
  /** Count of the oldest that waits, of the next to be sent, and of the first not yet taken. */
  private oldest = 0
  private next = 0
  private taken = 0
  /** Of the next source host; the destination is the one before it. */
  private mac = 0
  private round = 0

  constructor(options: WindowOptions) {
    const { layout, size, number } = options
    const { length } = layout.packetIn
    this.options = options
    this.layout = layout
    this.size = size
    this.bytes = new Uint8Array(size * length)
    this.view = new DataView(this.bytes.buffer)
    this.waiting = new Uint8Array(size)
    for (let slot = 0; slot < size; slot++) {
      const at = slot * length
      this.bytes.set(layout.packetIn, at)
      this.view.setUint16(at + layout.dataAt + 1, number)
      this.view.setUint16(at + layout.dataAt + 7, number)
    }
  }

  /** Packet-ins between the oldest that waits and the next. */
  get span(): number {
    return (this.next - this.oldest) & countMask
  }

  /** Stamps packet-ins until the window is full. */
  fill(): void {
    const { layout, view, size, waiting } = this
    const { macs, number, moving } = this.options
    const { length } = layout.packetIn
    const switchBits = (number & 0xff) << 24
    let { next, mac } = this
    for (let room = size - this.span; room > 0; room--) {
      const slot = next & (size - 1)
      const at = slot * length
      const source = at + layout.dataAt + 8
      const port = 1 + ((moving ? mac + this.round : mac) & (ports - 1))
      view.setUint32(at + packetInBufferAt, next)
      view.setUint32(at + layout.portAt, layout.portBits | port)
      view.setUint32(source - 6, switchBits | (mac === 0 ? macs - 1 : mac - 1))
      view.setUint32(source, switchBits | mac)
      waiting[slot] = 1
      next = (next + 1) & countMask
      if (++mac === macs) {
        mac = 0
        this.round++
      }
    }
    this.next = next
    this.mac = mac
  }

  /** The bytes of packet-ins that were stamped and not taken, up to the end of the ring. */
  take(): Uint8Array | undefined {
    const { taken, size } = this
    const count = (this.next - taken) & countMask
    if (count === 0) return undefined
    const slot = taken & (size - 1)
    const run = Math.min(count, size - slot)
    this.taken = (taken + run) & countMask
    return this.slots(slot, run)
  }

  /** Up to `count` of the oldest packet-ins that wait, to be sent once more. */
  again(count: number): Uint8Array[] {
    const found: Uint8Array[] = []
    for (let at = this.oldest; at !== this.taken && found.length < count; at = (at + 1) & countMask) {
      const slot = at & (this.size - 1)
      if (this.waiting[slot] === 1) found.push(this.slots(slot, 1))
    }
    return found
  }

  private slots(slot: number, count: number): Uint8Array {
    const { length } = this.layout.packetIn
    return this.bytes.subarray(slot * length, (slot + count) * length)
  }

  /** An answer to the packet of this buffer came: whether one waited for it. */
  answer(bufferId: number): boolean {
    const { size, waiting } = this
    if (bufferId > countMask || ((bufferId - this.oldest) & countMask) >= this.span) return false
    const slot = bufferId & (size - 1)
    if (waiting[slot] === 0) return false
    waiting[slot] = 0
    if (bufferId === this.oldest) this.slide()
    return true
  }

  private slide(): void {
    const { next, size, waiting } = this
    let { oldest } = this
    while (oldest !== next && waiting[oldest & (size - 1)] === 0) oldest = (oldest + 1) & countMask
    this.oldest = oldest
  }

  /** An answer came for packets from this address, its low 4 bytes: whether one waited for it. */
  answerAddress(low: number): boolean {
    const { macs, number } = this.options
    const mac = low & macMask
    if (low >>> 24 !== (number & 0xff) || mac >= macs) return false
    // The last packet-in was of the host before `this.mac`.
    let back = (this.mac - mac + macs) % macs || macs
    for (const { span } = this; back <= span; back += macs) {
      if (this.answer((this.next - back) & countMask)) return true
    }
    return false
  }
}
