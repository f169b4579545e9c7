import { createHash } from 'node:crypto'

/** Bits of the first byte of an Ethernet address (IEEE 802-2014 §8.2): a group's, and one that no maker gave. */
const group = 0x01
const local = 0x02

/**
 * An Ethernet address for a port, locally administered and of one station. It follows from the port's
 * name, so that a port that comes back has the one that it had.
 *
 * @param attempt 0, then 1 and so on while somebody else has what was given
 */
export const macFor = (port: string, attempt: number): string => {
  const digest = createHash('sha256').update(`${port}\n${attempt}`).digest()
  const bytes = [((digest[0] ?? 0) & ~group) | local, ...digest.subarray(1, 6)]
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
