/** Bytes of a buffer: more than answers one read of 64 KiB. */
const size = 0x4_0000
/** Buffers that are kept. */
const most = 8

/**
 * Buffers for slabs that are used one after the other, as by the connections of one process: an
 * idle slab holds none, and a busy one leaves none to the garbage collector.
 */
export class Buffers {
  private readonly free: Uint8Array[] = []

  /** A buffer of at least so many bytes; what is in it means nothing. */
  take(length: number): Uint8Array {
    if (length > size) return new Uint8Array(length)
    return this.free.pop() ?? new Uint8Array(size)
  }

  /** Takes back a buffer that nobody reads any more. */
  give(bytes: Uint8Array): void {
    if (bytes.length === size && this.free.length < most) this.free.push(bytes)
  }
}
