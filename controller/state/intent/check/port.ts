import { formatAddress, parseAddress } from '../../address/address.ts'
import { contains, formatCidr, parseCidr } from '../../address/cidr.ts'
import type { Port } from '../../entities/intent.ts'
import type { Draft } from '../draft.ts'
import { type Layout, type LayoutsOf, reservedAs } from '../layout.ts'

type Refuse = (path: string, message: string) => void

/** IEEE 802: the lowest bit of the first byte marks groups. */
const isUnicast = (mac: string): boolean =>
  (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0 && mac !== '00:00:00:00:00:00'

const checkMac = (mac: string, path: string, refuse: Refuse): void => {
  if (!isUnicast(mac)) refuse(path, `${mac} is no address of one station: the first byte has to be even, such as 02`)
}

const checkFixed = (texts: readonly string[], network: string, layouts: readonly Layout[], refuse: Refuse): void => {
  const seen = new Set<string>()
  for (const [at, text] of texts.entries()) {
    const path = `addresses/${at}`
    const address = parseAddress(text)
    if (!address) {
      refuse(path, `${text} is no address`)
      continue
    }
    const canonical = formatAddress(address)
    if (seen.has(canonical)) refuse(path, `${canonical} is there twice`)
    seen.add(canonical)
    const layout = layouts.find(({ cidr }) => contains(cidr, address))
    const reserved = layout && reservedAs(layout, address.number)
    if (reserved) refuse(path, `${text} is ${reserved}: choose another address`)
    if (layout) continue
    const known = layouts.map(({ cidr }) => formatCidr(cidr)).join(', ')
    refuse(path, `${text} is in no subnet of network ${network} (${known === '' ? 'it has none' : `it has ${known}`})`)
  }
}

const checkPairs = ({ allowedPairs = [] }: Port, refuse: Refuse): void => {
  for (const [at, { mac, cidr }] of allowedPairs.entries()) {
    if (mac !== undefined) checkMac(mac, `allowedPairs/${at}/mac`, refuse)
    const range = parseCidr(cidr)
    const path = `allowedPairs/${at}/cidr`
    if (!range) refuse(path, `${cidr} is no range of addresses; one is written as 10.0.0.0/24 or fd00::/64`)
    else if (formatCidr(range) !== cidr)
      refuse(path, `${cidr} is not how the range is written: write ${formatCidr(range)}`)
  }
}

export const checkPort = (draft: Draft, id: string, layouts: LayoutsOf): void => {
  const port = draft.get('port', id)
  if (!port) return
  const refuse: Refuse = (path, message) => draft.refuse('port', id, path, message)
  if (draft.get('network', port.network) === undefined) {
    refuse('network', `there is no network ${port.network}: put it first, or in the same request`)
  } else if (port.addresses) checkFixed(port.addresses, port.network, layouts(port.network), refuse)
  if (port.mac !== undefined) checkMac(port.mac, 'mac', refuse)
  checkPairs(port, refuse)
}
