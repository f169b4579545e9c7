import { randomUUID } from 'node:crypto'
import { InvalidRequestError } from './errors.ts'

declare const kindOf: unique symbol

/** The name of one entity among those of its kind. The compiler keeps kinds apart; at run time it is text. */
export type Id<Kind extends string> = string & { readonly [kindOf]: Kind }

export type HostId = Id<'host'>
export type AppId = Id<'app'>
export type NetworkId = Id<'network'>
export type PortId = Id<'port'>
export type RouterId = Id<'router'>

const form = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/

/**
 * A user's name for an entity, as its id; without a name, a random UUID.
 *
 * @throws InvalidRequestError for other than 1 to 128 letters, digits and `._:@-`, the first a letter or digit
 */
export const makeId = <Kind extends string>(kind: Kind, name: string = randomUUID()): Id<Kind> => {
  if (!form.test(name)) {
    throw new InvalidRequestError(
      `${JSON.stringify(name.slice(0, 80))} is no name for a ${kind}: 1 to 128 letters, digits and ._:@-, the first a letter or digit`,
    )
  }
  return name as Id<Kind>
}
