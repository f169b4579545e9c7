/** Limits that keep a flood of connections from harming those that are up. */
export interface AdmissionLimits {
  /** Connections from one address at a time: 4,096. */
  readonly perAddress: number
  /** Connections in all: 16,384. */
  readonly total: number
  /** Connections that are shaking hands at a time: 1,024. */
  readonly handshakes: number
}

export const defaultAdmissionLimits: AdmissionLimits = { perAddress: 4_096, total: 16_384, handshakes: 1_024 }

/** A connection that was let in. Both calls count once, however often they are made. */
export interface Admitted {
  /** It is past its handshake, whatever came of it. */
  readonly settled: () => void
  /** It has ended. */
  readonly left: () => void
}

const once = (work: () => void): (() => void) => {
  let done = false
  return () => {
    if (done) return
    done = true
    work()
  }
}

/** Counts connections, and says which may come in. */
export class Admission {
  private readonly limits: AdmissionLimits
  private readonly addresses = new Map<string, number>()
  private total = 0
  private handshaking = 0

  constructor(limits: Partial<AdmissionLimits> = {}) {
    this.limits = { ...defaultAdmissionLimits, ...limits }
  }

  /** Lets a connection from this address in, or says why not. */
  enter(address: string): Admitted | string {
    const here = this.addresses.get(address) ?? 0
    if (this.total >= this.limits.total) return `${this.total} connections are open already`
    if (here >= this.limits.perAddress) return `${here} connections from ${address} are open already`
    if (this.handshaking >= this.limits.handshakes) return `${this.handshaking} connections are shaking hands`
    this.addresses.set(address, here + 1)
    this.total++
    this.handshaking++
    const settled = once(() => {
      this.handshaking--
    })
    const left = once(() => this.leave(address))
    return {
      settled,
      left: () => {
        settled()
        left()
      },
    }
  }

  private leave(address: string): void {
    const here = (this.addresses.get(address) ?? 1) - 1
    if (here === 0) this.addresses.delete(address)
    else this.addresses.set(address, here)
    this.total--
  }
}
