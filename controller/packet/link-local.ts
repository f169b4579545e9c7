/** The link-local IPv6 address that goes with an Ethernet address (RFC 4291 §2.5.6 and appendix A). */
export const linkLocalOf = (mac: number): string => {
  const bytes = Array.from({ length: 6 }, (_, index) => Math.floor(mac / 2 ** (40 - 8 * index)) & 0xff)
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f]
  return `fe80::${groups.map((group) => group.toString(16)).join(':')}`
}
