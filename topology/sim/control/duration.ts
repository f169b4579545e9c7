/** The time between two moments of a clock in milliseconds, as messages hold it. */
export const durationSince = (from: number, now: number): { durationSec: number; durationNsec: number } => {
  const milliseconds = Math.max(now - from, 0)
  const durationSec = Math.floor(milliseconds / 1000)
  return { durationSec, durationNsec: Math.floor((milliseconds - durationSec * 1000) * 1e6) }
}
