import { hex, hex4 } from '../fields/value-text.ts'
import { integer, items } from '../text/scan.ts'
import { pad, struct } from '../wire/codec.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { fromHex, toHex } from '../wire/json.ts'
import { enumOf, nameOf, own } from '../wire/names.ts'
import { u16, u32 } from '../wire/primitives.ts'
import { type EncapProperty, encapProperties } from './encap-property.ts'
import { actionKind } from './kind.ts'
import { NICIRA } from './wire.ts'

/** Packet types: a name space, 1 being that of EtherTypes, and a type in it. */
export const PacketType = {
  ETHERNET: 0x0_0000,
  USE_NEXT_PROTO: 0x0_fffe,
  NSH: 0x1_894f,
  MPLS: 0x1_8847,
  MPLS_MC: 0x1_8848,
} as const

const packetType = enumOf(u32, PacketType)

const formatProperty = (property: EncapProperty): string => {
  switch (property.type) {
    case 'nshMdType':
      return `md_type=${property.mdType}`
    case 'nshTlv':
      return `tlv(${hex4(property.tlvClass)},${property.tlvType},0x${toHex(property.value)})`
    case 'unknown':
      return `property(${property.propertyClass},${property.propertyType},0x${toHex(property.data)})`
  }
}

const headers = { ethernet: 0x0_0000, nsh: 0x1_894f, mpls: 0x1_8847, mpls_mc: 0x1_8848 } as const

/** Puts a header before the packet. */
const encap = actionKind({
  name: 'encap',
  wire: { experimenter: NICIRA, subtype: 46 },
  body: struct({ headerSize: u16, packetType, properties: encapProperties }),
  format: (body) => {
    const header = nameOf(headers, body.packetType) ?? hex(body.packetType)
    if (body.properties.length === 0) return `encap(${header})`
    return `encap(${header}(${body.properties.map(formatProperty).join(',')}))`
  },
  keywords: { encap: ({ value }) => [parseEncap(value)] },
})

const parseTlv = (text: string): EncapProperty => {
  const [, tlvClass, tlvType, value] = /^\s*(0x[0-9a-f]{1,4}),(\d+),0x((?:[0-9a-f]{2})+)\s*$/i.exec(text) ?? []
  if (tlvClass === undefined || tlvType === undefined || value === undefined) {
    throw new TextSyntaxError(text, 'tlv(0xCLASS,TYPE,0xVALUE) with whole bytes is expected')
  }
  return { type: 'nshTlv', tlvClass: integer(tlvClass), tlvType: integer(tlvType, 0xff), value: fromHex(value) }
}

const parseProperty = (key: string, value: string, text: string): EncapProperty => {
  if (key === 'tlv') return parseTlv(value)
  const mdType = key === 'md_type' ? integer(value) : 0
  if (mdType !== 1 && mdType !== 2) throw new TextSyntaxError(text, 'md_type=1, md_type=2 or tlv(…) is expected')
  return { type: 'nshMdType', mdType }
}

const parseEncap = (text: string) => {
  const [item, ...more] = items(text)
  const type = item === undefined ? undefined : own<number>(headers, item.key)
  if (item === undefined || type === undefined || more.length > 0) {
    throw new TextSyntaxError(text, `one of ${Object.keys(headers).join(', ')} is expected`)
  }
  if (type !== headers.nsh && item.value !== '') throw new TextSyntaxError(text, 'only nsh takes properties')
  const properties = items(item.value).map(({ key, value, text: whole }) => parseProperty(key, value, whole))
  return { type: 'encap', headerSize: 0, packetType: type, properties }
}

/** Takes the outermost header off; what follows is said or, as USE_NEXT_PROTO, told by the header. */
const decap = actionKind({
  name: 'decap',
  wire: { experimenter: NICIRA, subtype: 47 },
  body: struct({ pad: pad(2), packetType }),
  format: (body) => {
    if (body.packetType === PacketType.USE_NEXT_PROTO) return 'decap()'
    return `decap(packet_type(ns=${body.packetType >>> 16},type=${hex(body.packetType & 0xffff)}))`
  },
  keywords: {
    decap: ({ value }) => [
      { type: 'decap', packetType: value.trim() === '' ? PacketType.USE_NEXT_PROTO : parsePacketType(value) },
    ],
  },
})

/** Name spaces that Open vSwitch knows: packets and EtherTypes. */
const lastNameSpace = 1

const parsePacketType = (text: string): number => {
  const [item] = items(text)
  const [space, type] = item?.key === 'packet_type' ? items(item.value) : []
  if (space?.key !== 'ns' || type?.key !== 'type') {
    throw new TextSyntaxError(text, 'packet_type(ns=0,type=0) is expected')
  }
  return integer(space.value, lastNameSpace) * 0x1_0000 + integer(type.value, 0xffff)
}

/** Actions that add and take off whole headers. */
export const encapKinds = [encap, decap] as const
