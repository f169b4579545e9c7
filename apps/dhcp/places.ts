import type { PortFact } from '../../controller/index.ts'

interface Ports {
  get(key: string): PortFact | undefined
  entries(): Iterable<readonly [key: string, port: PortFact]>
}

interface Places {
  get(key: string): string | undefined
  set(key: string, id: string): void
}

/**
 * The port behind a number of a switch. Who was there last is remembered in `places`, and asked first: all ports are
 * looked through only where another has come.
 */
export const portAt = (ports: Ports, places: Places, dpid: bigint, ofport: number): PortFact | undefined => {
  const isThere = (port: PortFact | undefined): boolean => port?.dpid === dpid && port.ofport === ofport
  const place = `${dpid.toString(16)} ${ofport}`
  const known = ports.get(places.get(place) ?? '')
  if (isThere(known)) return known
  for (const [id, port] of ports.entries()) {
    if (!isThere(port)) continue
    places.set(place, id)
    return port
  }
  return undefined
}
