const ranked = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)

/** The value below which `part` of them lie; NaN of none. */
const quantile = (values: readonly number[], part: number): number =>
  ranked(values)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN

/** What repetitions came to. */
export interface Spread {
  readonly median: number
  readonly p90: number
  readonly most: number
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: quantile(values, 0.5),
  p90: quantile(values, 0.9),
  most: Math.max(...values),
})
