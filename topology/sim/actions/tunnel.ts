import { allFields } from '../../../controller/openflow/fields/field.ts'
import { getBits, getWords } from '../pipeline/bits.ts'
import { Word } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import type { Tunnel } from '../pipeline/report.ts'

const optionFields = allFields.filter(({ variable }) => variable)

const optionsOf = ({ key, datapath: { options } }: Passage): ReadonlyMap<number, bigint> =>
  new Map(
    options.mappings.flatMap(({ index }): [number, bigint][] => {
      const field = optionFields[index]
      const place = field && options.place(field)
      return field && place && options.isPresent(field, key) ? [[index, getBits(key, place)]] : []
    }),
  )

/** What the flows said of the tunnel that a packet goes into. */
export const tunnelOf = (passage: Passage): Tunnel => {
  const { key } = passage
  return {
    id: getWords(key, Word.TUN_ID, 2),
    src: (key[Word.TUN_SRC] as number) >>> 0,
    dst: (key[Word.TUN_DST] as number) >>> 0,
    ipv6Src: getWords(key, Word.TUN_IPV6_SRC, 4),
    ipv6Dst: getWords(key, Word.TUN_IPV6_DST, 4),
    options: optionsOf(passage),
  }
}
