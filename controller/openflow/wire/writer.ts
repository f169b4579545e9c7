/** Writes big-endian values into a buffer that grows as needed. */
export class Writer {
  bytes: Uint8Array
  view: DataView
  pos = 0

  /** @param capacity first size in bytes */
  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Makes room for `length` bytes, moves past them and gives the position before them. */
  take(length: number): number {
    const at = this.pos
    const end = at + length
    if (end > this.bytes.length) this.grow(end)
    this.pos = end
    return at
  }

  protected grow(atLeast: number): void {
    const next = new Uint8Array(Math.max(atLeast, this.bytes.length * 2))
    next.set(this.bytes.subarray(0, this.pos))
    this.bytes = next
    this.view = new DataView(next.buffer)
  }

  u8(value: number): void {
    const at = this.take(1)
    this.view.setUint8(at, value)
  }

  u16(value: number): void {
    const at = this.take(2)
    this.view.setUint16(at, value)
  }

  u32(value: number): void {
    const at = this.take(4)
    this.view.setUint32(at, value)
  }

  u64(value: bigint): void {
    const at = this.take(8)
    this.view.setBigUint64(at, value)
  }

  /** A 48-bit number. */
  mac(value: number): void {
    const at = this.take(6)
    this.view.setUint16(at, Math.floor(value / 0x1_0000_0000))
    this.view.setUint32(at + 2, value % 0x1_0000_0000)
  }

  /** An unsigned number in `length` bytes. */
  big(value: bigint, length: number): void {
    const at = this.take(length)
    let left = value
    let end = length
    for (; end >= 8; end -= 8) {
      this.view.setBigUint64(at + end - 8, left)
      left >>= 64n
    }
    for (; end > 0; end--) {
      this.view.setUint8(at + end - 1, Number(left & 0xffn))
      left >>= 8n
    }
  }

  raw(source: Uint8Array): void {
    const at = this.take(source.length)
    this.bytes.set(source, at)
  }

  /** Zero bytes; the buffer may have held others. */
  zeros(length: number): void {
    const at = this.take(length)
    if (length > 8) this.bytes.fill(0, at, at + length)
    else for (let byte = at; byte < at + length; byte++) this.view.setUint8(byte, 0)
  }

  /** Zero bytes until the distance from `start` is a multiple of `unit`. */
  align(start: number, unit: number): void {
    const over = (this.pos - start) % unit
    if (over !== 0) this.zeros(unit - over)
  }

  /** Overwrites a 16-bit length written earlier. */
  patch16(at: number, value: number): void {
    this.view.setUint16(at, value)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.pos)
  }
}
