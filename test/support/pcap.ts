import { pcapHeader, pcapRecord } from '../../topology/lab/sim/pcap.ts'

/** A capture file of Ethernet frames of up to 256 KiB, each without a time. */
export const pcapOf = (frames: readonly Uint8Array[]): Buffer =>
  Buffer.concat([pcapHeader(), ...frames.map((frame) => pcapRecord(frame, 0))])
