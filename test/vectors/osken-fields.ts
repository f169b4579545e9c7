import type { OxmCode } from '../../controller/openflow/fields/field.ts'
import type { Oxm } from '../../controller/openflow/fields/oxm.ts'
import { parseIpv4, parseIpv6, parseMac } from '../../controller/openflow/wire/address.ts'
import type { Value } from './load.ts'

/** Fields that os-ken calls otherwise than the standard or Open vSwitch do. */
const otherNames: Readonly<Record<string, string>> = {
  tun_ipv4_src: 'tun_src',
  tun_ipv4_dst: 'tun_dst',
  _dp_hash: 'dp_hash',
  _recirc_id: 'recirc_id',
  icmpv4_type: 'icmp_type',
  icmpv4_code: 'icmp_code',
}

const prefixes = /^(OXM_OF|NXM_OF|NXM_NX|ONFOXM_ET|NXOXM_ET|NXOXM_NSH|ERICOXM_OF)_/

const namesOf = (code: OxmCode): Set<string> => {
  const wire = code.name.replace(prefixes, '').toLowerCase()
  return new Set([...code.field.names, wire, code.name.toLowerCase(), wire.replace(/^ip_(src|dst)$/, 'ipv4_$1')])
}

/** True where os-ken's name of a field means this code point; a field that it does not know has no name. */
export const sameField = (theirs: string, code: OxmCode): boolean => {
  if (theirs.startsWith('field_')) return true
  const names = namesOf(code)
  const plain = theirs.replace(/_nxm$/, '')
  return names.has(theirs) || names.has(plain) || names.has(otherNames[plain] ?? plain)
}

/** A big-endian number. */
export const numberOfBytes = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

const macText = /^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i
const ipv4Text = /^\d+\.\d+\.\d+\.\d+$/

/** A number written as an address or as base64 bytes. */
export const numberOfText = (text: string): bigint => {
  if (macText.test(text)) return BigInt(parseMac(text))
  if (ipv4Text.test(text)) return BigInt(parseIpv4(text))
  if (text.includes(':')) return parseIpv6(text)
  return numberOfBytes(Buffer.from(text, 'base64'))
}

const numeric = (value: Value): bigint | undefined => {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value)
  if (Array.isArray(value)) return numberOfBytes(Uint8Array.from(value as readonly number[]))
  return typeof value === 'string' ? numberOfText(value) : undefined
}

/** What differs between os-ken's `OXMTlv` and a field of ours. */
export const fieldDifference = (theirs: Readonly<Record<string, Value>>, ours: Oxm): string | undefined => {
  const name = String(theirs.field)
  // os-ken sends it as an experimenter field of the ONF, which no one else reads: kept as it came
  if (name === 'pbb_uca') return undefined
  if (!sameField(name, ours.code)) return `field ${name}, ours ${ours.code.name}`
  if (numeric(theirs.value ?? null) !== BigInt(ours.value)) return `${name}: ${theirs.value}, ours ${ours.value}`
  const mask = numeric(theirs.mask ?? null)
  const ourMask = ours.mask === undefined ? undefined : BigInt(ours.mask)
  return mask === ourMask ? undefined : `mask of ${name}: ${theirs.mask}, ours ${ours.mask}`
}
