import { formatAddress, parseAddress } from '../../address/address.ts'
import { formatCidr, parseCidr } from '../../address/cidr.ts'

/** Says what is wrong with a field. */
export type Refuse = (path: string, message: string) => void

/** IEEE 802: the lowest bit of the first byte marks groups. */
const isUnicast = (mac: string): boolean =>
  (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0 && mac !== '00:00:00:00:00:00'

export const checkMac = (mac: string, path: string, refuse: Refuse): void => {
  if (!isUnicast(mac)) refuse(path, `${mac} is no address of one station: the first byte has to be even, such as 02`)
}

/** Why a text is not an address as it is usually written; undefined where it is. */
export const addressProblem = (text: string): string | undefined => {
  const address = parseAddress(text)
  if (!address) return `${text} is no address`
  const usual = formatAddress(address)
  return usual === text ? undefined : `${text} is not how the address is written: write ${usual}`
}

/** Why a text is not a range of addresses as it is usually written; undefined where it is. */
export const cidrProblem = (text: string): string | undefined => {
  const cidr = parseCidr(text)
  if (!cidr) return `${text} is no range of addresses; one is written as 10.0.0.0/24 or fd00::/64`
  const usual = formatCidr(cidr)
  return usual === text ? undefined : `${text} is not how the range is written: write ${usual}`
}

/** Of an address or range. */
export const familyOf = (text: string): 4 | 6 => (text.includes(':') ? 6 : 4)
