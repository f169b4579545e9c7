/** Takes a frame, without FCS. */
export type Take = (frame: Uint8Array) => void

export interface CableSettings {
  /** As cut, heal and capture take it. */
  readonly name: string
  /** Bytes of an IP packet; longer ones are lost. */
  readonly mtu: number
  /** Milliseconds, each way. */
  readonly delay?: number
  /** Of the frames, each way: 0 to 1. */
  readonly loss?: number
}

/** One end of a cable, and what is plugged in there. */
export class End {
  /** Takes what comes out here. */
  take: Take = () => undefined
  /** Is told when the cable is cut or joined. */
  carrier: (isUp: boolean) => void = () => undefined
  private readonly cable: Cable

  constructor(cable: Cable) {
    this.cable = cable
  }

  get isUp(): boolean {
    return !this.cable.isCut
  }

  send(frame: Uint8Array): void {
    this.cable.carry(this, frame)
  }
}

/** Ethernet header and a VLAN tag, in bytes. */
const headers = 18

/** Two ends; what goes in at one comes out at the other, in a later turn of the event loop. */
export class Cable {
  readonly name: string
  readonly a = new End(this)
  readonly b = new End(this)
  private readonly settings: CableSettings
  private readonly taps = new Set<Take>()
  /** Frames that are delayed, in order, with when they arrive, as performance.now() has it. */
  private readonly delayed: { readonly at: number; readonly arrive: () => void }[] = []
  private cutOff = false

  constructor(settings: CableSettings) {
    this.settings = settings
    this.name = settings.name
  }

  get isCut(): boolean {
    return this.cutOff
  }

  /** Cuts or joins it. */
  set isCut(value: boolean) {
    if (value === this.cutOff) return
    this.cutOff = value
    for (const end of [this.a, this.b]) end.carrier(!value)
  }

  /** Has `then` see all frames, of both ways. @returns what ends that */
  tap(then: Take): () => void {
    this.taps.add(then)
    return () => this.taps.delete(then)
  }

  carry(from: End, frame: Uint8Array): void {
    const { mtu, delay = 0, loss = 0 } = this.settings
    if (this.cutOff || frame.length > mtu + headers) return
    for (const tap of this.taps) tap(frame)
    if (loss > 0 && Math.random() < loss) return
    const arrive = (): void => {
      if (!this.cutOff) (from === this.a ? this.b : this.a).take(frame)
    }
    if (delay === 0) setImmediate(arrive)
    else if (this.delayed.push({ at: performance.now() + delay, arrive }) === 1) this.deliver()
  }

  /** Timers count from when a turn of the event loop began: one may come too early. */
  private deliver(): void {
    for (let [first] = this.delayed; first; [first] = this.delayed) {
      const left = first.at - performance.now()
      if (left > 0) return void setTimeout(() => this.deliver(), Math.ceil(left))
      first.arrive()
      this.delayed.shift()
    }
  }
}
