/** A frame after its time, and its length twice. */
const record = (frame: Uint8Array): Buffer => {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(frame.length, 8)
  header.writeUInt32LE(frame.length, 12)
  return Buffer.concat([header, frame])
}

/** A capture file of Ethernet frames of up to 256 KiB, each without a time. */
export const pcapOf = (frames: readonly Uint8Array[]): Buffer => {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  // Version 2.4, microseconds.
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(0x40000, 16)
  // LINKTYPE_ETHERNET
  header.writeUInt32LE(1, 20)
  return Buffer.concat([header, ...frames.map(record)])
}
