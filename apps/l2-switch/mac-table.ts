/** Entries at first, and at most; powers of two. */
const firstCapacity = 64
const lastCapacity = 2 ** 18
/** Words of an entry: the low 4 bytes of the address, then its high 2 bytes and the port. */
const words = 2
const golden = 0x9e37_79b1
/** Port of an empty place: no station is at OFPP_NONE. */
const nowhere = 0xffff

/**
 * At which port each station was seen: open addressing in one array of numbers, so that neither a
 * look-up nor an update makes an object. It holds 131,072 stations: one more, and it begins anew.
 */
export class MacTable {
  private cells = empty(firstCapacity)
  private mask = firstCapacity - 1
  private count = 0

  get size(): number {
    return this.count
  }

  /** Index of the entry's first word, or of the empty place where it belongs. */
  private find(high: number, low: number): number {
    const { cells, mask } = this
    let place = (Math.imul(low ^ Math.imul(high, golden), golden) >>> 8) & mask
    for (;;) {
      const second = cells[place * words + 1] as number
      if ((second & nowhere) === nowhere) break
      if (cells[place * words] === low && second >>> 16 === high) break
      place = (place + 1) & mask
    }
    return place * words
  }

  /**
   * The port of a station, or -1 where it was never seen.
   *
   * @param high the first 2 bytes of its address
   * @param low the last 4 bytes
   */
  get(high: number, low: number): number {
    const port = (this.cells[this.find(high, low | 0) + 1] as number) & nowhere
    return port === nowhere ? -1 : port
  }

  /** Notes at which port, of 16 bits, a station is. */
  learn(high: number, low: number, port: number): void {
    const at = this.find(high, low | 0)
    const { cells } = this
    const isNew = ((cells[at + 1] as number) & nowhere) === nowhere
    cells[at] = low | 0
    cells[at + 1] = (high << 16) | port
    if (isNew && ++this.count * 2 > this.mask) this.grow()
  }

  /** Forgets all stations at a port. */
  forget(port: number): void {
    this.refill(this.mask + 1, (at) => at !== port)
  }

  private grow(): void {
    const capacity = (this.mask + 1) * 2
    if (capacity > lastCapacity) this.refill(firstCapacity, () => false)
    else this.refill(capacity, () => true)
  }

  private refill(capacity: number, keeps: (port: number) => boolean): void {
    const { cells } = this
    this.cells = empty(capacity)
    this.mask = capacity - 1
    this.count = 0
    for (let from = 0; from < cells.length; from += words) {
      const second = cells[from + 1] as number
      const port = second & nowhere
      if (port !== nowhere && keeps(port)) this.learn(second >>> 16, cells[from] as number, port)
    }
  }
}

function empty(capacity: number): Int32Array {
  return new Int32Array(capacity * words).fill(nowhere)
}
