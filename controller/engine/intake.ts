import type { PacketInView } from '../switch/index.ts'
import type { PacketSource } from './app.ts'

/** What became of the packets for one app, since it was first loaded. */
export interface PacketCounts {
  /** Given to its handler. */
  delivered: number
  /** Of them and those that wait: packets that could not be given to it at once. */
  queued: number
  /** Given to nobody: the queue was full, the switch had gone, or the app does not take packets (any more). */
  dropped: number
}

export interface IntakeOptions {
  /** Gives a packet to the app; false where it takes none. Must not throw. */
  readonly handle: (packet: PacketInView, from: PacketSource) => boolean
  /** Milliseconds that the app may use in one turn of the event loop. */
  readonly budget: () => number
  /** Whether the switch that a packet came from is still there. */
  readonly isLive: (from: PacketSource) => boolean
  /** To go on counting from, as at a reload. */
  readonly counts?: PacketCounts | undefined
}

interface Waiting {
  readonly packet: PacketInView
  readonly from: PacketSource
}

/** Packets and bytes of an app that may wait. */
const mostWaiting = 4096
const mostBytes = 4 * 1024 * 1024
/** The part of the queue that the packets of one switch may fill. */
const share = 4
/** Milliseconds for which a reading of the processor's time serves the turns that begin meanwhile: it is a system call. */
const cpuFresh = 2
/** Packets between measurements of an app that is quick. */
const longestStride = 32

/**
 * The packets for one app. While it keeps up, each is given to it at once, as it lies in the buffer
 * that it was received in. An app that has used up its time in a turn of the event loop has those
 * that follow copied into a bounded queue, for the next turns: other apps and the switches' echoes
 * come in between.
 */
export class Intake {
  readonly counts: PacketCounts
  private readonly options: IntakeOptions
  private queue: Waiting[] = []
  /** Where the queue starts; what is before has been taken out. */
  private head = 0
  private bytes = 0
  private readonly ofSwitch = new Map<PacketSource, number>()
  private readonly handle: IntakeOptions['handle']
  /** Packets that go straight to the app before anything is to be looked at; none while some wait. */
  private room = 0
  /** Whether the end of this turn will be told. */
  private open = false
  private spent = false
  private closed = false
  /** Milliseconds used in this turn, measured in samples. */
  private used = 0
  private started = 0
  private cpuBefore: NodeJS.CpuUsage = { user: 0, system: 0 }
  /** When that was, in milliseconds. */
  private cpuRead = Number.NEGATIVE_INFINITY
  private stride = 1

  constructor(options: IntakeOptions) {
    this.options = options
    this.handle = options.handle
    this.counts = options.counts ?? { delivered: 0, queued: 0, dropped: 0 }
  }

  /** Packets that wait now. */
  get waiting(): number {
    return this.queue.length - this.head
  }

  /** Gives a packet to the app, at once or later; the view is only used during the call. */
  take(packet: PacketInView, from: PacketSource): void {
    if (this.room > 0) {
      this.room--
      this.hand(packet, from)
    } else this.look(packet, from)
  }

  private look(packet: PacketInView, from: PacketSource): void {
    if (!this.open) this.begin()
    if (this.spent || this.waiting > 0) this.store(packet, from)
    else {
      this.sample(packet, from)
      if (!this.spent) this.room = this.stride - 1
    }
  }

  /** The app has gone, and what waits for it with it. */
  close(): void {
    this.closed = true
    this.counts.dropped += this.waiting
    this.empty()
  }

  private begin(): void {
    this.open = true
    this.spent = false
    this.used = 0
    this.started = performance.now()
    if (this.started - this.cpuRead > cpuFresh) {
      this.cpuBefore = process.cpuUsage()
      this.cpuRead = this.started
    }
    setImmediate(this.endTurn)
  }

  private readonly endTurn = (): void => {
    this.open = false
    if (this.waiting > 0 && !this.closed) this.drain()
  }

  private hand(packet: PacketInView, from: PacketSource): void {
    if (this.handle(packet, from)) this.counts.delivered++
    else this.counts.dropped++
  }

  /** Measures one packet for all since the last one that was measured, and says when to measure again. */
  private sample(packet: PacketInView, from: PacketSource): void {
    const before = performance.now()
    this.hand(packet, from)
    const after = performance.now()
    const cost = after - before
    const budget = this.options.budget()
    // One that took long by chance must not stand for many: no more was used than has passed.
    this.used = Math.min(this.used + cost * this.stride, after - this.started)
    if (this.used >= budget) this.used = Math.min(this.used, this.processorTime())
    this.spent = this.used >= budget
    this.stride = Math.max(1, Math.min(longestStride, Math.floor(budget / 8 / Math.max(cost, Number.EPSILON))))
  }

  /** Milliseconds that this process has worked in this turn, or a little longer: an app is not charged for what other processes take. */
  private processorTime(): number {
    const { user, system } = process.cpuUsage(this.cpuBefore)
    return (user + system) / 1000
  }

  private store(packet: PacketInView, from: PacketSource): void {
    const mine = this.ofSwitch.get(from) ?? 0
    const length = packet.end - packet.start
    if (this.waiting >= mostWaiting || this.bytes + length > mostBytes || mine >= mostWaiting / share) {
      this.counts.dropped++
      return
    }
    this.counts.queued++
    this.bytes += length
    this.ofSwitch.set(from, mine + 1)
    this.queue.push({ packet: packet.keep(), from })
  }

  /** Gives the app what waits, as long as its time in this turn lasts. */
  private drain(): void {
    this.begin()
    while (!this.spent && this.head < this.queue.length) {
      const { packet, from } = this.queue[this.head] as Waiting
      this.head++
      this.bytes -= packet.end - packet.start
      this.ofSwitch.set(from, (this.ofSwitch.get(from) ?? 1) - 1)
      if (this.options.isLive(from)) this.sample(packet, from)
      else this.counts.dropped++
      if (this.closed) return
    }
    if (this.waiting === 0) this.empty()
    else if (this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head)
      this.head = 0
    }
  }

  private empty(): void {
    this.queue = []
    this.head = 0
    this.bytes = 0
    this.ofSwitch.clear()
  }
}
