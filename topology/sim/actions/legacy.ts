import type { OxmValue } from '../../../controller/openflow/fields/field.ts'
import { fields } from '../../../controller/openflow/fields/field.ts'
import type { FieldKey } from '../../../controller/openflow/fields/rows.ts'
import type { Key } from '../pipeline/layout.ts'
import { tagPresent, Word } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import type { Some } from './executor.ts'
import { writeField } from './field-access.ts'
import { isPresent } from './presence.ts'

const write = (passage: Passage, key: FieldKey, value: OxmValue): void => {
  const { code, bits } = fields[key]
  writeField(passage, { code, offset: 0, bits }, BigInt(value))
}

/** Ports stand in one place whatever the protocol. */
const portField = (key: Key, tcp: FieldKey, udp: FieldKey, sctp: FieldKey): FieldKey =>
  [tcp, udp, sctp].find((name) => isPresent(key, fields[name])) ?? tcp

/** Actions of OpenFlow 1.1 that set-field replaced. */
export const legacyExecutors: Some<
  | 'setVlanVid'
  | 'setVlanPcp'
  | 'setDlSrc'
  | 'setDlDst'
  | 'setNwSrc'
  | 'setNwDst'
  | 'setNwTos'
  | 'setNwEcn'
  | 'setNwTtl'
  | 'setTpSrc'
  | 'setTpDst'
> = {
  setVlanVid: (passage, { vid }) => write(passage, 'vlanVid', vid | tagPresent),
  setVlanPcp(passage, { pcp }) {
    const { key } = passage
    key[Word.VLAN] = (key[Word.VLAN] as number) | tagPresent
    write(passage, 'vlanPcp', pcp)
  },
  setDlSrc: (passage, { address }) => write(passage, 'ethSrc', address),
  setDlDst: (passage, { address }) => write(passage, 'ethDst', address),
  setNwSrc: (passage, { address }) => write(passage, 'ipv4Src', address),
  setNwDst: (passage, { address }) => write(passage, 'ipv4Dst', address),
  setNwTos: (passage, { tos }) => write(passage, 'ipDscp', tos >>> 2),
  setNwEcn: (passage, { ecn }) => write(passage, 'ipEcn', ecn),
  setNwTtl: (passage, { ttl }) => write(passage, 'ipTtl', ttl),
  setTpSrc: (passage, { port }) => write(passage, portField(passage.key, 'tcpSrc', 'udpSrc', 'sctpSrc'), port),
  setTpDst: (passage, { port }) => write(passage, portField(passage.key, 'tcpDst', 'udpDst', 'sctpDst'), port),
}
