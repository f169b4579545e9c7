import Type, { type Static, type TProperties } from 'typebox'

/** An object without members that the schema does not name. */
export const closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false })

/** The name of another entity. */
export const Name = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$',
  description: 'a name of 1 to 128 letters, digits and ._:@-, the first a letter or digit',
})

/** `02:00:00:00:00:01`, lower case. */
export const MacText = Type.String({
  pattern: '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$',
  description: 'a MAC in lower case, such as 02:00:00:00:00:01',
})

/** An IPv4 or IPv6 address; whoever admits it judges the form. */
export const AddressText = Type.String({
  pattern: '^[0-9a-fA-F.:]{2,45}$',
  description: 'an IPv4 or IPv6 address',
})

/** An address with the length of its prefix, such as `10.0.0.0/24` or `fd00::/64`. */
export const CidrText = Type.String({
  pattern: '^[0-9a-fA-F.:]{2,45}/\\d{1,3}$',
  description: 'a range of addresses, such as 10.0.0.0/24 or fd00::/64',
})

/** How packets of one host travel to another. */
export const Encapsulation = Type.Enum(['geneve', 'vxlan', 'gre', 'stt'])
export type Encapsulation = Static<typeof Encapsulation>
