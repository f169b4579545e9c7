// What the controller gives to what users want. Uniqueness is that of keys: a transaction that takes one compares it absent.
import Type, { type Static } from 'typebox'
import type { Kind } from '../collection.ts'
import { AddressText, closed, MacText, Name } from './closed.ts'

/** What a port has. Its id is the port's. */
const Assignment = closed({ mac: MacText, addresses: Type.Array(AddressText) })
export type Assignment = Static<typeof Assignment>
export const assignments: Kind<'assignment', typeof Assignment> = { name: 'assignment', schema: Assignment }

/** The number of a network in tunnels, where its user gave none. Its id is the network's. */
const NetworkNumber = closed({ vni: Type.Integer({ minimum: 1, maximum: 0xff_fffe }) })
export type NetworkNumber = Static<typeof NetworkNumber>
export const networkNumbers: Kind<'number', typeof NetworkNumber> = { name: 'number', schema: NetworkNumber }

/** Who has a number. Its id is the number in decimal digits. */
const VniClaim = closed({ network: Name })
export const vniClaims: Kind<'vni', typeof VniClaim> = { name: 'vni', schema: VniClaim }

/** Who has an Ethernet address, of all networks: a port or a router. Its id is the address. */
const MacClaim = closed({ port: Type.Optional(Name), router: Type.Optional(Name) })
export type MacClaim = Static<typeof MacClaim>
export const macClaims: Kind<'mac', typeof MacClaim> = { name: 'mac', schema: MacClaim }

/** Zones of connection tracking for address translation: 0x8000 and this, so that they meet none of a port's. */
const ZoneNumber = Type.Integer({ minimum: 0, maximum: 0x7eff })

/** What a router has. Its id is the router's. */
const RouterNumber = closed({ zone: ZoneNumber, mac: MacText })
export type RouterNumber = Static<typeof RouterNumber>
export const routerNumbers: Kind<'routerNumber', typeof RouterNumber> = { name: 'routerNumber', schema: RouterNumber }

/** Which router has a zone. Its id is the number in decimal digits. */
const ZoneClaim = closed({ router: Name })
export const zoneClaims: Kind<'zone', typeof ZoneClaim> = { name: 'zone', schema: ZoneClaim }

/** What a group is in the data path: a bit among those of its tenant. Its id is the group's. */
const GroupNumber = closed({
  /** Groups without a tenant are those of a tenant too. */
  tenant: Type.Integer({ minimum: 1, maximum: 0xffff }),
  bit: Type.Integer({ minimum: 0, maximum: 127 }),
})
export type GroupNumber = Static<typeof GroupNumber>
export const groupNumbers: Kind<'groupNumber', typeof GroupNumber> = { name: 'groupNumber', schema: GroupNumber }

/** Which group has a bit. Its id is `TENANT@BIT` in decimal digits. */
const BitClaim = closed({ group: Name })
export const bitClaims: Kind<'groupBit', typeof BitClaim> = { name: 'groupBit', schema: BitClaim }

/** Which tenant has a number; the one of groups without a tenant has no name. Its id is the number in decimal digits. */
const TenantClaim = closed({ tenant: Type.Optional(Name) })
export type TenantClaim = Static<typeof TenantClaim>
export const tenantClaims: Kind<'tenant', typeof TenantClaim> = { name: 'tenant', schema: TenantClaim }
