import { getMac } from '../pipeline/bits.ts'
import { tagPresent, Word } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import { flood, send } from './send.ts'

const multicastBit = 2 ** 40

const isMulticast = (mac: number): boolean => Math.floor(mac / multicastBit) % 2 === 1

/** What a learning switch does: all ports carry all VLANs, and no loops are handled. */
export const normal = (passage: Passage): void => {
  const { key, inPort } = passage
  const { macs, ports } = passage.datapath
  const tag = key[Word.VLAN] as number
  const vlan = (tag & tagPresent) === 0 ? 0 : tag & 0xfff
  const source = getMac(key, Word.ETH_SRC)
  if (!isMulticast(source) && ports.get(inPort) !== undefined) macs.learn(vlan, source, inPort)
  const target = getMac(key, Word.ETH_DST)
  const known = isMulticast(target) ? undefined : macs.find(vlan, target)
  if (known === undefined) {
    passage.note('flooded')
    flood(passage)
  } else if (known !== inPort) send(passage, known)
}
