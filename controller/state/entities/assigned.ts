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

/** Who has an Ethernet address, of all networks. Its id is the address. */
const MacClaim = closed({ port: Name })
export const macClaims: Kind<'mac', typeof MacClaim> = { name: 'mac', schema: MacClaim }
