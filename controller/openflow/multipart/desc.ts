import { messageKind } from '../messages/kind.ts'
import { struct } from '../wire/codec.ts'
import { text } from '../wire/primitives.ts'
import { flagsText, multipartHeader } from './header.ts'

/** OpenFlow 1.3.5 §7.3.5.1 */
const descRequest = messageKind({
  name: 'descRequest',
  ofp: 'OFPST_DESC request',
  wire: { multipart: 'request', part: 0 },
  body: struct({ ...multipartHeader }),
  text: (body) => flagsText(body.flags),
})

/** What a switch says of itself; also the body of OpenFlow 1.0's reply. */
export const descMembers = {
  manufacturer: text(256),
  hardware: text(256),
  software: text(256),
  serialNumber: text(32),
  datapath: text(256),
} as const

type Description = { readonly [K in keyof typeof descMembers]: string }

/** The description as ovs-ofctl prints it, a line each. */
export const descText = (body: Description): string =>
  `\nManufacturer: ${body.manufacturer}\nHardware: ${body.hardware}\nSoftware: ${body.software}` +
  `\nSerial Num: ${body.serialNumber}\nDP Description: ${body.datapath}`

/** OpenFlow 1.3.5 §7.3.5.1 */
const descReply = messageKind({
  name: 'descReply',
  ofp: 'OFPST_DESC reply',
  wire: { multipart: 'reply', part: 0 },
  body: struct({ ...multipartHeader, ...descMembers }),
  text: (body) => flagsText(body.flags) + descText(body),
})

export const descKinds = [descRequest, descReply] as const
