/** FNV-1a (32 bits) over the UTF-16 units of a text, with the last steps of MurmurHash3, so that similar texts differ much. */
const hash = (text: string): number => {
  let value = 0x811c_9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x0100_0193)
  value = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35)
  return (value ^ (value >>> 16)) >>> 0
}

/**
 * The host by which a router's packets leave: the first of the preferred that is a candidate. Without
 * preference, routers spread over the candidates, and one that comes or goes moves few of them (rendezvous
 * hashing, Thaler and Ravishankar 1998).
 */
export const gatewayHost = (
  router: string,
  candidates: ReadonlySet<string>,
  preferred?: readonly string[],
): string | undefined => {
  if (preferred) return preferred.find((host) => candidates.has(host))
  let best: { readonly host: string; readonly weight: number } | undefined
  for (const host of candidates) {
    const weight = hash(`${router}\n${host}`)
    if (!best || weight > best.weight || (weight === best.weight && host < best.host)) best = { host, weight }
  }
  return best?.host
}
