import { allFields } from '../../../controller/openflow/fields/field.ts'
import { getBits, getWords, setBits } from '../pipeline/bits.ts'
import { type Key, places, Word } from '../pipeline/layout.ts'
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

/** Says in a packet's fields which tunnel it came by; options are left out. */
export const arriveBy = (key: Key, { id, src, dst, ipv6Src, ipv6Dst }: Omit<Tunnel, 'options'>): void => {
  const values = [
    [places.tunnelId, id],
    [places.tunIpv4Src, BigInt(src)],
    [places.tunIpv4Dst, BigInt(dst)],
    [places.tunIpv6Src, ipv6Src],
    [places.tunIpv6Dst, ipv6Dst],
  ] as const
  for (const [place, value] of values) if (place) setBits(key, place, 0, place.width, value)
}
