/**
 * Hosts that one flow sends copies to: each takes 48 bytes where its address is IPv6, and a message
 * of OpenFlow has 65,535.
 */
const mostAtOnce = 1_000
/** Hosts in a part on average, where there are more: so few that by chance none has too many. */
const usual = 512

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let value = 0x811c_9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x0100_0193)
  return (value ^ (value >>> 15)) >>> 0
}

/**
 * Hosts in as many parts as flows are needed to send copies to all of them. A host that comes or goes
 * changes one part only, but where their number comes to be another.
 *
 * @param hosts ids
 */
export const partsOf = (hosts: readonly string[]): readonly (readonly string[])[] => {
  if (hosts.length <= mostAtOnce) return hosts.length === 0 ? [] : [hosts]
  const count = 2 ** Math.ceil(Math.log2(hosts.length / usual))
  const parts: string[][] = Array.from({ length: count }, () => [])
  for (const host of hosts) parts[hash(host) % count]?.push(host)
  return parts
}
