import { type openflow, packet } from '../../controller/index.ts'

/** The VNI of probes; networks have lower ones. */
export const probeVni = 0xff_ffff

/** Local experimental Ethertype 1 (IEEE 802): no protocol of containers. */
export const probeType = 0x88b5

/** Destinations tell a probe from its answer; both are locally administered. */
export const Station = { THERE: '02:68:64:6c:00:01', BACK: '02:68:64:6c:00:02' } as const

/** Bytes of the payload: its number, and what Ethernet asks for at least. */
const payloadLength = 46

/** A probe with its number, 32 bits. */
export const probeFrame = (number: number): Uint8Array => {
  const payload = new Uint8Array(payloadLength)
  new DataView(payload.buffer).setUint32(0, number)
  return packet.encodeEthernet({ src: Station.BACK, dst: Station.THERE, etherType: probeType, payload })
}

/** The number of a probe that has come back; undefined for any other packet. */
export const probeNumber = ({ view, dataStart, dataLength }: openflow.PacketInView): number | undefined => {
  if (dataLength < packet.ethernetLength + 4 || view.getUint16(dataStart + 12) !== probeType) return undefined
  return view.getUint32(dataStart + packet.ethernetLength)
}
