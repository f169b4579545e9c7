import { messageKind } from '../messages/kind.ts'
import { experimenterPart } from '../messages/registry.ts'
import { type Infer, struct } from '../wire/codec.ts'
import { toHex } from '../wire/json.ts'
import { rest, u32 } from '../wire/primitives.ts'
import { multipartHeader, withFlags } from './header.ts'

const body = struct({ ...multipartHeader, experimenter: u32, expType: u32, data: rest })

const text = withFlags(
  ({ experimenter, expType, data }: Infer<typeof body>) =>
    ` experimenter=0x${experimenter.toString(16)} type=${expType} data=${toHex(data)}`,
)

/** A request of an experimenter that we do not know: kept as it came (OpenFlow 1.3.5 §7.3.5.16). */
const experimenterStatsRequest = messageKind({
  name: 'experimenterStatsRequest',
  ofp: 'OFPST_EXPERIMENTER request',
  wire: { multipart: 'request', part: experimenterPart },
  body,
  text,
})

/** A reply of an experimenter that we do not know: kept as it came (OpenFlow 1.3.5 §7.3.5.16). */
const experimenterStatsReply = messageKind({
  name: 'experimenterStatsReply',
  ofp: 'OFPST_EXPERIMENTER reply',
  wire: { multipart: 'reply', part: experimenterPart },
  body,
  text,
})

export const experimenterMultipartKinds = [experimenterStatsRequest, experimenterStatsReply] as const
