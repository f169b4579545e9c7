import type { Prefix } from './policing-facts.ts'

const whole = 0xffff

/** The largest block of numbers that starts at `first`, is aligned, and ends before or at `last`. */
const blockAt = (first: number, last: number): number => {
  let size = 1
  while (first % (size * 2) === 0 && first + size * 2 - 1 <= last) size *= 2
  return size
}

/** A range of ports as the fewest masked numbers: at most 30. */
export const prefixesOf = (first: number, last: number): Prefix[] => {
  const prefixes: Prefix[] = []
  for (let at = first; at <= last; ) {
    const size = blockAt(at, last)
    prefixes.push({ value: at, mask: whole & ~(size - 1) })
    at += size
  }
  return prefixes
}
