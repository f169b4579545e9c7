/** Gives a function of pseudo-random integers from 0 to below its argument, the same for each seed. */
export const makeRandom = (seed: number): ((below: number) => number) => {
  let state = seed >>> 0
  // mulberry32: 32 bits of state, good enough to cut and to mutate
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
