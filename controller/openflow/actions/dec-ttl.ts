import { integer, splitTop } from '../text/scan.ts'
import { struct } from '../wire/codec.ts'
import { u16 } from '../wire/primitives.ts'
import { counted } from './counted.ts'
import { actionKind } from './kind.ts'
import { NICIRA } from './wire.ts'

/** Lowers the TTL; where it runs out, the packet goes to the controllers with these ids. */
export const decTtlCntIds = actionKind({
  name: 'decTtlCntIds',
  wire: { experimenter: NICIRA, subtype: 21 },
  body: struct({ controllerIds: counted(u16, 4) }),
  format: ({ controllerIds }) => `dec_ttl(${controllerIds.join(',')})`,
  keywords: {
    dec_ttl: ({ value }) => {
      if (value === '') return [{ type: 'decNwTtl' }]
      return [{ type: 'decTtlCntIds', controllerIds: splitTop(value).map((id) => integer(id, 0xffff)) }]
    },
  },
})
