import type { Ipv4, Ipv6, Mac } from '../wire/address.ts'
import type { Prerequisites } from './prerequisites.ts'
import type { Bits, FieldFormat, Prerequisite, Row } from './row.ts'
import type { FieldKey, Rows } from './rows.ts'

/** A value of which only the bits of `mask` count. */
export interface Masked<V> {
  readonly value: V
  readonly mask: V
}

type BitsOf<K extends FieldKey> = Rows[K] extends Row<infer B, FieldFormat, boolean, Prerequisite> ? B : never
type FormatOf<K extends FieldKey> = Rows[K]['format']

/** What a field's value may be: addresses also as text, more than 48 bits as a bigint. */
type Value<K extends FieldKey> =
  FormatOf<K> extends 'mac'
    ? Mac | `${string}:${string}`
    : FormatOf<K> extends 'ipv4'
      ? Ipv4 | `${number}.${string}`
      : FormatOf<K> extends 'ipv6'
        ? Ipv6 | `${string}:${string}`
        : BitsOf<K> extends 64 | 128 | 992
          ? bigint
          : number

type ValueOrMasked<K extends FieldKey> = Rows[K]['maskable'] extends true ? Value<K> | Masked<Value<K>> : Value<K>

/**
 * A match as an object of fields. Addresses may be text (`'10.0.0.0/8'`); a mask is
 * `{ value, mask }`.
 */
export type MatchInput = { readonly [K in FieldKey]?: ValueOrMasked<K> }

/** 2^992 - 1: Geneve options have up to 124 bytes. */
type Digits992 = [
  '4185580496821356722454785347890632072505487545724740654077149954571683793456781728489056167248811945',
  '8109166910841919797858872862722356017328064756151166307827869405370407152286801072676024887272960758',
  '524035337792904616958075776435777990406039363527010043736240963055342423554029893064011082834640895',
]

type Maximum = {
  1: '1'
  2: '3'
  3: '7'
  4: '15'
  6: '63'
  8: '255'
  9: '511'
  12: '4095'
  13: '8191'
  16: '65535'
  20: '1048575'
  24: '16777215'
  32: '4294967295'
  48: '281474976710655'
  64: '18446744073709551615'
  128: '340282366920938463463374607431768211455'
  992: `${Digits992[0]}${Digits992[1]}${Digits992[2]}`
}

type DigitOrder<A extends string, B extends string> = A extends B
  ? '='
  : '0123456789' extends `${string}${A}${string}${B}${string}`
    ? '<'
    : '>'

/** Compares two decimal numbers, digit by digit; the longer one is the greater. */
type Order<
  A extends string,
  B extends string,
  First extends '=' | '<' | '>' = '=',
> = A extends `${infer X}${infer RestA}`
  ? B extends `${infer Y}${infer RestB}`
    ? Order<RestA, RestB, First extends '=' ? DigitOrder<X, Y> : First>
    : '>'
  : B extends ''
    ? First
    : '<'

/** True where a literal has at most `B` bits; numbers known only at run time pass here. */
type Fits<V, B extends Bits> = V extends number | bigint
  ? number extends V
    ? true
    : bigint extends V
      ? true
      : `${V}` extends `${string}${'-' | '.' | 'e'}${string}`
        ? false
        : Order<`${V}`, Maximum[B]> extends '>'
          ? false
          : true
  : true

type FitsMasked<V, B extends Bits> = V extends Masked<infer W> ? Fits<W, B> : Fits<V, B>

/** What a prerequisite misses in a match, as a message; `true` when it misses nothing. */
type Met<M, P extends Prerequisite> = Prerequisites[P] extends {
  readonly key: infer K extends string
  readonly values: infer Values extends readonly number[]
  readonly after: infer After extends Prerequisite
}
  ? K extends keyof M
    ? ValueMet<M[K], Values, K> extends true
      ? Met<M, After>
      : ValueMet<M[K], Values, K>
    : `needs ${K}${ValueList<Values>}`
  : true

type ValueMet<V, Values extends readonly number[], K extends string> = Values extends readonly []
  ? true
  : number extends V
    ? true
    : V extends Values[number]
      ? true
      : `needs ${K}${ValueList<Values>}`

type ValueList<Values extends readonly number[]> = Values extends readonly [infer A extends number]
  ? ` = ${A}`
  : Values extends readonly [infer A extends number, infer B extends number]
    ? ` = ${A} or ${B}`
    : ''

/** The same object where it is a legal match; otherwise the offending field's type is the reason. */
export type CheckedMatch<M> = {
  readonly [K in keyof M]: K extends FieldKey
    ? FitsMasked<M[K], BitsOf<K>> extends true
      ? Met<M, Rows[K]['prerequisite']> extends true
        ? M[K]
        : { readonly [reason in `${K} ${Met<M, Rows[K]['prerequisite']> & string}`]: never }
      : { readonly [reason in `${K} has ${BitsOf<K>} bits`]: never }
    : never
}
