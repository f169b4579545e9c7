import fc from '../../support/random.ts'

type Members<T> = { readonly [K in keyof T]: fc.Arbitrary<T[K]> }

/** Objects as literals make them, so that they compare equal to decoded ones. */
export const record = <T>(members: Members<T>): fc.Arbitrary<T> =>
  fc.record(members, { noNullPrototype: true }) as fc.Arbitrary<T>

/** Objects of which every member may be missing. */
export const partial = <T>(members: Members<T>): fc.Arbitrary<Partial<T>> =>
  fc.record(members, { noNullPrototype: true, requiredKeys: [] }) as fc.Arbitrary<Partial<T>>

/** An object that says its type, as messages, actions and properties do. */
export const typed = <const N extends string, T>(
  type: N,
  members: Members<T>,
): fc.Arbitrary<{ readonly type: N } & T> =>
  record({ type: fc.constant(type), ...members }) as unknown as fc.Arbitrary<{ readonly type: N } & T>

/** An object that says its type and no more. */
export const lone = <const N extends string>(type: N): fc.Arbitrary<{ readonly type: N }> => fc.constant({ type })

export const bits = (count: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** count - 1 })
export const bigBits = (count: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: (1n << BigInt(count)) - 1n })

export const u8 = bits(8)
export const u16 = bits(16)
export const u32 = bits(32)
export const mac = bits(48)
export const u64 = bigBits(64)

export const from = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })

export const bytes = (maxLength = 40, minLength = 0): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength, maxLength })

/** Bytes of which there are `remainder` more than a multiple of 8, as in actions that fill whole words. */
export const wordBytes = (maxWords: number, remainder = 0): fc.Arbitrary<Uint8Array> =>
  from(0, maxWords).chain((words) => bytes(words * 8 + remainder, words * 8 + remainder))

/** A string that takes at most `length` bytes and holds no NUL. */
export const text = (length: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: 'grapheme', maxLength: Math.min(length, 20) })
    .filter((value) => !value.includes('\0') && Buffer.byteLength(value) <= length)

/** Printable ASCII. */
export const plainText = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: from(0x20, 0x7e).map((code) => String.fromCharCode(code)), maxLength })

/** Any of the values of a table of names. */
export const oneOf = <T extends number>(names: Readonly<Record<string, T>>): fc.Arbitrary<T> =>
  fc.constantFrom(...Object.values(names))

/** Any bits of a table of names together. */
export const flagsOf = (names: Readonly<Record<string, number>>): fc.Arbitrary<number> =>
  fc.subarray(Object.values(names)).map((list) => list.reduce((sum, bit) => (sum | bit) >>> 0, 0))

/** A short list. */
export const some = <T>(item: fc.Arbitrary<T>, maxLength = 4, minLength = 0): fc.Arbitrary<T[]> =>
  fc.array(item, { minLength, maxLength })

/** An experimenter that no kind knows. */
export const stranger = u32.filter((experimenter) => experimenter !== 0x2320 && experimenter !== 0x4f4e4600)
