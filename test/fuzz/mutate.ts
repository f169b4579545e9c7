type Random = (below: number) => number

/** Values that length and count fields break on. */
const lengths = [0, 1, 7, 8, 0xffff] as const
const largest = 0xffff

const setLength = (bytes: Uint8Array): Uint8Array => {
  bytes[2] = bytes.length >>> 8
  bytes[3] = bytes.length & 0xff
  return bytes
}

const flipBits = (bytes: Uint8Array, random: Random): Uint8Array => {
  for (let count = 1 + random(8); count > 0; count--) {
    const at = random(bytes.length)
    bytes[at] = (bytes[at] as number) ^ (1 << random(8))
  }
  return bytes
}

const setBytes = (bytes: Uint8Array, random: Random): Uint8Array => {
  for (let count = 1 + random(4); count > 0; count--) bytes[random(bytes.length)] = random(256)
  return bytes
}

const setWord = (bytes: Uint8Array, random: Random): Uint8Array => {
  const at = random(bytes.length >>> 1) * 2
  const value = lengths[random(lengths.length)] as number
  bytes[at] = value >>> 8
  bytes[at + 1] = value & 0xff
  return bytes
}

/** Adds to a 16-bit number what makes a length slightly wrong. */
const nudgeWord = (bytes: Uint8Array, random: Random): Uint8Array => {
  const at = random(bytes.length >>> 1) * 2
  const value = (bytes[at] as number) * 256 + (bytes[at + 1] ?? 0) + random(33) - 16
  bytes[at] = (value >>> 8) & 0xff
  bytes[at + 1] = value & 0xff
  return bytes
}

const cut = (bytes: Uint8Array, random: Random): Uint8Array => bytes.slice(0, 1 + random(bytes.length))

const cutWhole = (bytes: Uint8Array, random: Random): Uint8Array => setLength(bytes.slice(0, 8 + random(bytes.length)))

const join = (...parts: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** The beginning of one message with the end of another. */
const splice = (bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array => {
  const head = bytes.subarray(0, random(bytes.length >>> 2) * 4)
  return setLength(join(head, other.subarray(random(other.length >>> 2) * 4)).slice(0, largest))
}

/** A part of the message once more, in its place. */
const repeatPart = (bytes: Uint8Array, random: Random): Uint8Array => {
  const start = random(bytes.length >>> 2) * 4
  const end = Math.min(bytes.length, start + 4 + random(16) * 4)
  return setLength(join(bytes.subarray(0, end), bytes.subarray(start, end), bytes.subarray(end)).slice(0, largest))
}

const mutations = [flipBits, setBytes, setWord, setWord, nudgeWord, nudgeWord, cut, cutWhole, splice, repeatPart]

const headerLength = 8

const mutateOnce = (bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array => {
  if (bytes.length < headerLength) return bytes
  const mutate = mutations[random(mutations.length)] as typeof splice
  return mutate(bytes, random, other)
}

/**
 * A message with one to three things wrong with it. Most keep a version and a length that let them
 * past the header's checks.
 */
export const mutated = (corpus: readonly Uint8Array[], random: Random): Uint8Array => {
  const pick = (): Uint8Array => corpus[random(corpus.length)] as Uint8Array
  let bytes: Uint8Array = pick().slice()
  const version = bytes[0] as number
  for (let count = 1 + random(3); count > 0; count--) bytes = mutateOnce(bytes, random, pick())
  if (random(8) === 0 || bytes.length < headerLength) return bytes
  bytes[0] = version
  return setLength(bytes)
}
