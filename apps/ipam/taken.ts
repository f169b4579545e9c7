/** Numbers of one page: 128 words of 32 bits. */
const pageBits = 12n
const pageSize = 4096
const wordsOfPage = pageSize / 32
const full = 0xffff_ffff

interface Page {
  readonly words: Uint32Array
  used: number
}

/** A set of numbers that finds the lowest one that it lacks without a look at each: addresses, or VNIs. */
export class Taken {
  private readonly pages = new Map<bigint, Page>()

  add(number: bigint): void {
    const at = number >> pageBits
    const page = this.pages.get(at) ?? { words: new Uint32Array(wordsOfPage), used: 0 }
    this.pages.set(at, page)
    const { word, bit } = placeOf(number)
    if (((page.words[word] ?? 0) & bit) !== 0) return
    page.words[word] = ((page.words[word] ?? 0) | bit) >>> 0
    page.used++
  }

  delete(number: bigint): void {
    const at = number >> pageBits
    const page = this.pages.get(at)
    const { word, bit } = placeOf(number)
    if (!page || ((page.words[word] ?? 0) & bit) === 0) return
    page.words[word] = ((page.words[word] ?? 0) & ~bit) >>> 0
    page.used--
    if (page.used === 0) this.pages.delete(at)
  }

  /** The lowest number from `first` to `last`, both inclusive, that is not in the set. */
  lowestFree(first: bigint, last: bigint): bigint | undefined {
    for (let number = first; number <= last; ) {
      const base = (number >> pageBits) << pageBits
      const page = this.pages.get(number >> pageBits)
      const free = page ? lowestInPage(page, Number(number - base)) : Number(number - base)
      if (free !== undefined) return base + BigInt(free) <= last ? base + BigInt(free) : undefined
      number = base + BigInt(pageSize)
    }
    return undefined
  }
}

const placeOf = (number: bigint): { readonly word: number; readonly bit: number } => {
  const offset = Number(number & 0xfffn)
  return { word: offset >>> 5, bit: (1 << (offset & 31)) >>> 0 }
}

const lowestInPage = ({ words, used }: Page, from: number): number | undefined => {
  if (used === pageSize) return undefined
  for (let word = from >>> 5; word < wordsOfPage; word++) {
    // Those before `from` count as taken.
    const before = word === from >>> 5 ? (1 << (from & 31)) - 1 : 0
    const taken = ((words[word] ?? 0) | before) >>> 0
    if (taken !== full) return word * 32 + trailingOnes(taken)
  }
  return undefined
}

const trailingOnes = (word: number): number => 31 - Math.clz32(~word & (word + 1))
