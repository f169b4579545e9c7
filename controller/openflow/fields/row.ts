/** How a field's value reads in ovs-ofctl's text. */
export type FieldFormat =
  | 'decimal'
  | 'hex'
  | 'mac'
  | 'ipv4'
  | 'ipv6'
  | 'port'
  | 'vlanVid'
  | 'ctState'
  | 'fragment'
  | 'tunnelFlags'
  | 'tcpFlags'

/** What else a match must hold before it may name a field; `prerequisites.ts` says the values. */
export type Prerequisite =
  | 'none'
  | 'vlan'
  | 'mpls'
  | 'pbb'
  | 'arp'
  | 'ip'
  | 'ipv4'
  | 'ipv6'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmpv4'
  | 'icmpv6'
  | 'nd'
  | 'ndSolicit'
  | 'ndAdvert'
  | 'nsh'
  | 'conntrack'

/** Widths in bits that fields have. */
export type Bits = 1 | 2 | 3 | 4 | 6 | 8 | 9 | 12 | 13 | 16 | 20 | 24 | 32 | 48 | 64 | 128 | 992

export interface Row<
  B extends Bits = Bits,
  F extends FieldFormat = FieldFormat,
  M extends boolean = boolean,
  P extends Prerequisite = Prerequisite,
> {
  /** Names in ovs-ofctl's text; the first is the one that set_field prints. */
  readonly names: readonly string[]
  /** The name in a printed match where it is not the first of `names`. */
  readonly matchName: string
  readonly bits: B
  readonly format: F
  readonly maskable: M
  readonly writable: boolean
  readonly prerequisite: P
  /** Code points, as `NAME=number`; the first is written to an OpenFlow 1.3 match or set-field. */
  readonly codes: readonly string[]
}

type Access = 'rw' | 'ro'

const rowOf =
  <M extends boolean>(maskable: M) =>
  <const B extends Bits, const F extends FieldFormat, const P extends Prerequisite>(
    names: string,
    bits: B,
    format: F,
    access: Access,
    prerequisite: P,
    codes: string,
    matchName?: string,
  ): Row<B, F, M, P> => {
    const list = names.split(' ')
    return {
      names: list,
      matchName: matchName ?? (list[0] as string),
      bits,
      format,
      maskable,
      writable: access === 'rw',
      prerequisite,
      codes: codes.split(' '),
    }
  }

/** A field that takes any mask. */
export const maskable = rowOf(true)
/** A field that is matched exactly or not at all. */
export const exact = rowOf(false)

/** Rows `prefix0`, `prefix1`, … made alike. */
export const numbered = <Prefix extends string, N extends number, R extends Row>(
  prefix: Prefix,
  numbers: readonly N[],
  make: (number: N) => R,
): { readonly [K in `${Prefix}${N}`]: R } =>
  Object.fromEntries(numbers.map((number) => [`${prefix}${number}`, make(number)])) as {
    readonly [K in `${Prefix}${N}`]: R
  }
