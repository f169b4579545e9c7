import { formatAddress, parseAddress } from '../../address/address.ts'
import { contains, formatCidr } from '../../address/cidr.ts'
import type { Port } from '../../entities/intent.ts'
import type { Draft } from '../draft.ts'
import { type Layout, type LayoutsOf, reservedAs } from '../layout.ts'
import { checkMac, cidrProblem, type Refuse } from './address.ts'
import { checkTenant } from './group.ts'

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
    const problem = cidrProblem(cidr)
    if (problem !== undefined) refuse(`allowedPairs/${at}/cidr`, problem)
  }
}

export const checkPort = (draft: Draft, id: string, layouts: LayoutsOf): void => {
  const port = draft.get('port', id)
  if (!port) return
  const refuse: Refuse = (path, message) => draft.refuse('port', id, path, message)
  if (port.addresses && draft.get('network', port.network)) {
    checkFixed(port.addresses, port.network, layouts(port.network), refuse)
  }
  if (port.mac !== undefined) checkMac(port.mac, 'mac', refuse)
  checkPairs(port, refuse)
  checkTenant(draft, 'port', id)
}
