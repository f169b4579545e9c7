import Type, { type Static } from 'typebox'
import type { Kind } from '../collection.ts'
import { closed, Name } from './closed.ts'

/**
 * Who has an address of a network: a port, or a router that is under it in an external network. Its id is `NETWORK@ADDRESS` with the address in canonical text, so that
 * an address has one owner because a key has one document.
 */
const Lease = closed({
  port: Type.Optional(Name),
  router: Type.Optional(Name),
  subnet: Name,
  /** Whether the controller chose the address, or the user. */
  kind: Type.Union([Type.Literal('dynamic'), Type.Literal('static')]),
  /** Milliseconds since 1970 at which the port was given it. */
  since: Type.Integer({ minimum: 0 }),
  /** Milliseconds since 1970 until which nobody is given it: the port has given it up. */
  quarantineUntil: Type.Optional(Type.Integer({ minimum: 0 })),
})
export type Lease = Static<typeof Lease>
export const leases: Kind<'lease', typeof Lease> = { name: 'lease', schema: Lease }

/** @param address in canonical text */
export const leaseId = (network: string, address: string): string => `${network}@${address}`

/** What a lease's id is made of. */
export const partsOfLease = (id: string): { readonly network: string; readonly address: string } => {
  const at = id.lastIndexOf('@')
  return { network: id.slice(0, at), address: id.slice(at + 1) }
}
