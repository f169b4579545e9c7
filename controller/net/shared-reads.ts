import { Socket } from 'node:net'

/** Bytes of one read at most: as many as Node reads where it allocates for each read. */
const size = 0x1_0000

/** A socket's side of the system's, which Node has no public name for. */
interface Handled {
  _handle?: object | null
}

/**
 * Has sockets that a server accepted read into one buffer, which they use one after the other. Node
 * allocates 64 KiB for each read otherwise: with many connections that is most of the memory, and
 * what was read is never in the processor's cache. Node offers the other way to sockets that connect
 * only (`onread`), so each accepted one is exchanged for a new one over the same handle. Should a
 * version of Node have no such handle, sockets are left as they are.
 *
 * @returns makes that socket of an accepted one, before anything was read from it. It is paused, and
 *   the bytes that it gives to 'data' are good during the call only.
 */
export const sharedReads = (): ((accepted: Socket) => Socket) => {
  const buffer = new Uint8Array(size)
  return (accepted) => {
    const handled = accepted as unknown as Handled
    const handle = handled._handle
    if (!handle) return accepted
    handled._handle = null
    accepted.destroy()
    const callback = (length: number): boolean => {
      socket.emit('data', buffer.subarray(0, length))
      return true
    }
    const options = { handle, onread: { buffer, callback } }
    const socket = new Socket(options as ConstructorParameters<typeof Socket>[0])
    return socket.pause()
  }
}
