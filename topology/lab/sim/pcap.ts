/** Bytes of a frame that are kept: all. */
const longest = 0x4_0000
const ethernet = 1

/** What a pcap file begins with (pcap-savefile(5)). */
export const pcapHeader = (): Buffer => {
  const bytes = Buffer.alloc(24)
  bytes.writeUInt32LE(0xa1b2_c3d4, 0)
  bytes.writeUInt16LE(2, 4)
  bytes.writeUInt16LE(4, 6)
  bytes.writeUInt32LE(longest, 16)
  bytes.writeUInt32LE(ethernet, 20)
  return bytes
}

/** A frame as it stands in a pcap file. @param now milliseconds since 1970 */
export const pcapRecord = (frame: Uint8Array, now = Date.now()): Buffer => {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt32LE(Math.floor(now / 1000), 0)
  bytes.writeUInt32LE(Math.floor((now % 1000) * 1000), 4)
  bytes.writeUInt32LE(frame.length, 8)
  bytes.writeUInt32LE(frame.length, 12)
  return Buffer.concat([bytes, frame])
}
