import { EtherType, IpProtocol } from '../fields/prerequisites.ts'
import { ProtocolError } from '../wire/errors.ts'
import { NO_VLAN } from './match.ts'

/** Bytes of ofp_match (OpenFlow 1.0 §5.2.3). */
export const matchLength = 40

/** Bytes of an Ethernet header. */
const etherLength = 14
const vlanTag = 0x8100
/** Smaller values of the type field are lengths (IEEE 802.3 §3.2.6). */
const leastEtherType = 0x600
/** dl_type of frames that have no EtherType (OpenFlow 1.0 §3.4). */
const NO_ETHER_TYPE = 0x05ff
/** More-fragments flag and offset of an IPv4 header. */
const fragmentBits = 0x3fff
/** Hardware type Ethernet and protocol type IPv4; then the lengths of their addresses. */
const arpTypes = 0x00010800
const arpLengths = 0x0604

/** nw_* and tp_* of a packet whose network header starts at `l3`, or zeros (OpenFlow 1.0 §3.4). */
const writeNetwork = (out: DataView, at: number, packet: DataView, l3: number, end: number, dlType: number): void => {
  let tosAndProto = 0
  let source = 0
  let destination = 0
  let transport = 0
  if (dlType === EtherType.IPV4 && end - l3 >= 20) {
    const proto = packet.getUint8(l3 + 9)
    tosAndProto = ((packet.getUint8(l3 + 1) & 0xfc) << 24) | (proto << 16)
    source = packet.getUint32(l3 + 12)
    destination = packet.getUint32(l3 + 16)
    const l4 = l3 + ((packet.getUint8(l3) & 0xf) << 2)
    if ((packet.getUint16(l3 + 6) & fragmentBits) === 0 && end - l4 >= 4) {
      if (proto === IpProtocol.TCP || proto === IpProtocol.UDP) transport = packet.getUint32(l4)
      else if (proto === IpProtocol.ICMP) transport = (packet.getUint8(l4) << 16) | packet.getUint8(l4 + 1)
    }
  } else if (
    dlType === EtherType.ARP &&
    end - l3 >= 28 &&
    packet.getUint32(l3) === arpTypes &&
    packet.getUint16(l3 + 4) === arpLengths
  ) {
    tosAndProto = packet.getUint8(l3 + 7) << 16
    source = packet.getUint32(l3 + 14)
    destination = packet.getUint32(l3 + 24)
  }
  out.setUint32(at + 24, tosAndProto)
  out.setUint32(at + 28, source)
  out.setUint32(at + 32, destination)
  out.setUint32(at + 36, transport)
}

/** The EtherType behind an LLC/SNAP header, or NO_ETHER_TYPE. */
const snapType = (packet: DataView, llc: number, end: number): number =>
  end - llc >= 8 && packet.getUint32(llc) === 0xaaaa0300 && packet.getUint16(llc + 4) === 0
    ? packet.getUint16(llc + 6)
    : NO_ETHER_TYPE

/**
 * Writes the ofp_match, 40 bytes, that matches exactly the header fields of an Ethernet packet
 * (OpenFlow 1.0 §3.4), which lies in `packet` from `start` to `end`.
 *
 * @throws ProtocolError when the packet is shorter than an Ethernet header
 */
export const writeExactMatch = (
  out: DataView,
  at: number,
  packet: DataView,
  start: number,
  end: number,
  inPort: number,
): void => {
  if (end - start < etherLength) throw new ProtocolError('OFPBRC_BAD_LEN', `a packet of ${end - start} bytes`)
  let dlType = packet.getUint16(start + 12)
  let l3 = start + etherLength
  let vlan = NO_VLAN
  let priority = 0
  if (dlType === vlanTag && end - l3 >= 4) {
    const tci = packet.getUint16(l3)
    vlan = tci & 0xfff
    priority = tci >>> 13
    dlType = packet.getUint16(l3 + 2)
    l3 += 4
  }
  if (dlType < leastEtherType) {
    dlType = snapType(packet, l3, end)
    l3 += 8
  }
  out.setUint32(at, 0)
  out.setUint32(at + 4, (inPort << 16) | packet.getUint16(start + 6))
  out.setUint32(at + 8, packet.getUint32(start + 8))
  out.setUint32(at + 12, packet.getUint32(start))
  out.setUint32(at + 16, (packet.getUint16(start + 4) << 16) | vlan)
  out.setUint32(at + 20, (priority << 24) | dlType)
  writeNetwork(out, at, packet, l3, end, dlType)
}
