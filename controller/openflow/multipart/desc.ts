import { messageKind } from '../messages/kind.ts'
import { struct } from '../wire/codec.ts'
import { text } from '../wire/primitives.ts'
import { flagsText, multipartHeader } from './header.ts'

/** OpenFlow 1.3.5 §7.3.5.1 */
export const descRequest = messageKind({
  name: 'descRequest',
  ofp: 'OFPST_DESC request',
  wire: { multipart: 'request', part: 0 },
  body: struct({ ...multipartHeader }),
  text: (body) => flagsText(body.flags),
})

/** OpenFlow 1.3.5 §7.3.5.1 */
export const descReply = messageKind({
  name: 'descReply',
  ofp: 'OFPST_DESC reply',
  wire: { multipart: 'reply', part: 0 },
  body: struct({
    ...multipartHeader,
    manufacturer: text(256),
    hardware: text(256),
    software: text(256),
    serialNumber: text(32),
    datapath: text(256),
  }),
  text: (body) =>
    `${flagsText(body.flags)}\nManufacturer: ${body.manufacturer}\nHardware: ${body.hardware}\n` +
    `Software: ${body.software}\nSerial Num: ${body.serialNumber}\nDP Description: ${body.datapath}`,
})

export const descKinds = [descRequest, descReply] as const
