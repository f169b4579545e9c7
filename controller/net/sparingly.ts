/** Told of a connection that came to nothing: where it was from, and why. */
export type Refused = (address: string, reason: string) => void

/** In a period, as many are told each; of the rest, the last one with how many there were. */
const mostTold = 20

/**
 * Tells of refused connections, but not of each one where there are very many: who attacks a controller
 * is not to fill its log, nor to keep it busy with writing.
 *
 * @param tell must not throw
 * @param period milliseconds: 10,000 unless given
 */
export const sparingly = (tell: Refused, period = 10_000): Refused => {
  let told = 0
  let more = 0
  let last: readonly [address: string, reason: string] = ['', '']
  const endPeriod = (): void => {
    if (more > 0) tell(last[0], `${last[1]}; the last of ${more} more in ${period / 1000} s`)
    told = 0
    more = 0
  }
  return (address, reason) => {
    if (told === 0) setTimeout(endPeriod, period).unref()
    if (told < mostTold) {
      told++
      tell(address, reason)
    } else {
      more++
      last = [address, reason]
    }
  }
}
