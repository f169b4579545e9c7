/** Entries at first; always a power of two. */
const firstCapacity = 64
/** Words of an entry: low 4 bytes of the address, its high 2 bytes and a mark, the port. */
const words = 3
/** Tells an entry from an empty place. */
const used = 0x1_0000
const golden = 0x9e37_79b1

/**
 * Which port each station was seen at: open addressing in one Int32Array, addresses in two halves
 * as they lie in a packet, so that neither a look-up nor an update makes an object.
 */
export class MacTable {
  private cells = new Int32Array(firstCapacity * words)
  private mask = firstCapacity - 1
  private count = 0

  get size(): number {
    return this.count
  }

  /** Index of the entry's first word, or of the empty place where it belongs. */
  private find(high: number, low: number): number {
    const { cells, mask } = this
    const second = high | used
    let place = (Math.imul(low ^ Math.imul(high, golden), golden) >>> 8) & mask
    while (cells[place * words + 1] !== 0) {
      if (cells[place * words] === low && cells[place * words + 1] === second) break
      place = (place + 1) & mask
    }
    return place * words
  }

  /** The port of a station, or -1 where it was never seen. */
  get(high: number, low: number): number {
    const at = this.find(high, low | 0)
    return this.cells[at + 1] === 0 ? -1 : (this.cells[at + 2] as number)
  }

  /** Notes where a station is; whether that is news. */
  learn(high: number, low: number, port: number): boolean {
    const at = this.find(high, low | 0)
    const { cells } = this
    if (cells[at + 1] !== 0) {
      if (cells[at + 2] === port) return false
      cells[at + 2] = port
      return true
    }
    cells[at] = low | 0
    cells[at + 1] = high | used
    cells[at + 2] = port
    if (++this.count * 2 > this.mask) this.grow()
    return true
  }

  private grow(): void {
    const { cells } = this
    this.cells = new Int32Array(cells.length * 2)
    this.mask = this.mask * 2 + 1
    for (let from = 0; from < cells.length; from += words) {
      if (cells[from + 1] === 0) continue
      const at = this.find((cells[from + 1] as number) & 0xffff, cells[from] as number)
      this.cells.set(cells.subarray(from, from + words), at)
    }
  }
}
