import { messageKind } from '../messages/kind.ts'
import { descMembers, descText } from '../multipart/desc.ts'
import { flagsText, MultipartFlags, unknownFlagsText } from '../multipart/header.ts'
import { struct } from '../wire/codec.ts'
import { toHex } from '../wire/json.ts'
import { flagsOf } from '../wire/names.ts'
import { rest, u16 } from '../wire/primitives.ts'

/** OFPSF_REPLY_MORE (OpenFlow 1.0 §5.3.5); requests have no flags. */
const flags = flagsOf(u16, MultipartFlags)

const requestFlagsText = (value: number): string => (value === 0 ? '' : ` flags=${unknownFlagsText(value)}`)

/** OpenFlow 1.0 §5.3.5 */
const descRequest = messageKind({
  name: 'descRequest',
  ofp: 'OFPST_DESC request',
  wire: { multipart: 'request', part: 0 },
  body: struct({ flags }),
  text: (body) => requestFlagsText(body.flags),
})

/** OpenFlow 1.0 §5.3.5 */
const descReply = messageKind({
  name: 'descReply',
  ofp: 'OFPST_DESC reply',
  wire: { multipart: 'reply', part: 0 },
  body: struct({ flags, ...descMembers }),
  text: (body) => flagsText(body.flags) + descText(body),
})

const opaque = struct({ statsType: u16, flags, data: rest })

const opaqueText = (body: { readonly statsType: number; readonly data: Uint8Array }): string =>
  ` type=${body.statsType} data=${toHex(body.data)}`

/** A request for statistics of another type, kept as it came. */
const statsRequest = messageKind({
  name: 'statsRequest',
  ofp: 'OFPT_STATS_REQUEST',
  wire: { type: 16 },
  body: opaque,
  text: (body) => requestFlagsText(body.flags) + opaqueText(body),
})

/** Statistics of another type, kept as they came. */
const statsReply = messageKind({
  name: 'statsReply',
  ofp: 'OFPT_STATS_REPLY',
  wire: { type: 17 },
  body: opaque,
  text: (body) => flagsText(body.flags) + opaqueText(body),
})

export const statsKinds = [descRequest, descReply, statsRequest, statsReply] as const
