import { EtherType } from '../../../controller/openflow/fields/prerequisites.ts'
import { type Key, tagPresent, Word } from './layout.ts'

const mix = (hash: number, value: number): number => {
  const product = Math.imul(hash ^ value, 0x85ebca6b)
  return (product ^ (product >>> 13)) | 0
}

const finish = (hash: number): number => {
  const product = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35)
  return (product ^ (product >>> 16)) >>> 0
}

const at = (key: Key, word: number): number => key[word] as number

const addressHash = (key: Key, seed: number): number => {
  const symmetric = (a: number, b: number, hash: number): number => mix(hash, at(key, a) ^ at(key, b))
  if (at(key, Word.ETH_TYPE) === EtherType.IPV4) return symmetric(Word.IPV4_SRC, Word.IPV4_DST, seed)
  if (at(key, Word.ETH_TYPE) !== EtherType.IPV6) return seed
  return [0, 1, 2, 3].reduce((hash, n) => symmetric(Word.IPV6_SRC + n, Word.IPV6_DST + n, hash), seed)
}

const portHash = (key: Key, seed: number, protocols: readonly number[]): number => {
  const protocol = at(key, Word.IP) >>> 24
  const ports = at(key, Word.PORTS)
  return protocols.includes(protocol) ? mix(mix(seed, protocol), (ports >>> 16) ^ (ports & 0xffff)) : seed
}

const linkHash = (key: Key, seed: number): number => {
  const addresses = mix(seed, at(key, Word.ETH_SRC) ^ at(key, Word.ETH_DST))
  const low = mix(addresses, at(key, Word.ETH_SRC + 1) ^ at(key, Word.ETH_DST + 1))
  const tag = at(key, Word.VLAN)
  return mix(mix(low, at(key, Word.ETH_TYPE)), (tag & tagPresent) === 0 ? 0 : tag & 0xfff)
}

/** The same for both directions of a connection, different for most connections. 32 bits. */
export const flowHash = (key: Key, basis = 0): number =>
  finish(portHash(key, addressHash(key, linkHash(key, basis)), [6, 17, 132]))

const wordsHash = (key: Key, basis: number, words: readonly number[]): number =>
  finish(words.reduce((hash, word) => mix(hash, at(key, word)), basis))

const addressWords = (key: Key, ipv4: number, ipv6: number): readonly number[] =>
  at(key, Word.ETH_TYPE) === EtherType.IPV6 ? [ipv6, ipv6 + 1, ipv6 + 2, ipv6 + 3] : [ipv4]

/** Hashes of the actions multipath and bundle, by HashFields. */
const hashes: readonly ((key: Key, basis: number) => number)[] = [
  (key, basis) => wordsHash(key, basis, [Word.ETH_SRC, Word.ETH_SRC + 1]),
  flowHash,
  (key, basis) => finish(portHash(key, addressHash(key, basis), [6, 132])),
  (key, basis) => finish(portHash(key, addressHash(key, basis), [6, 17, 132])),
  (key, basis) => wordsHash(key, basis, addressWords(key, Word.IPV4_SRC, Word.IPV6_SRC)),
  (key, basis) => wordsHash(key, basis, addressWords(key, Word.IPV4_DST, Word.IPV6_DST)),
  (key, basis) => finish(addressHash(key, basis)),
]

/** A hash of the fields that `fields`, one of HashFields, names. */
export const hashOf = (key: Key, fields: number, basis: number): number => (hashes[fields] ?? flowHash)(key, basis)

/** Which of `count` has the highest random weight for a hash: few change when one goes. */
export const highestWeight = (hash: number, count: number, isGood: (index: number) => boolean): number => {
  let best = -1
  let weight = -1
  for (let index = 0; index < count; index++) {
    const own = finish(mix(hash, index + 1))
    if (own > weight && isGood(index)) {
      best = index
      weight = own
    }
  }
  return best
}
