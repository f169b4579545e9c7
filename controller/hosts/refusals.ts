/** A connection that was no host's, or one too many. */
export interface Refusal {
  readonly address: string
  readonly reason: string
}

/** Milliseconds: Open vSwitch tries again after 8 s at the latest, unless told otherwise. */
const lifetime = 60_000
const most = 100

/** Who was refused lately, each once for each reason. */
export class Refusals {
  private readonly all = new Map<string, Refusal & { readonly at: number }>()

  /** @param address with the port, which is another each time */
  add(address: string, reason: string, now = Date.now()): void {
    const host = address.replace(/:\d+$/, '')
    const key = `${host} ${reason}`
    this.all.delete(key)
    this.all.set(key, { address: host, reason, at: now })
    for (const oldest of this.all.keys()) {
      if (this.all.size <= most) break
      this.all.delete(oldest)
    }
  }

  recent(now = Date.now()): readonly Refusal[] {
    return [...this.all.values()]
      .filter(({ at }) => now - at <= lifetime)
      .map(({ address, reason }) => ({ address, reason }))
  }
}
