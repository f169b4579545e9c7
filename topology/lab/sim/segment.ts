import { parseEthernet } from '../../../controller/packet/index.ts'
import type { End, Take } from './cable.ts'

const multicastBit = 2 ** 40
const isMulticast = (mac: number): boolean => Math.floor(mac / multicastBit) % 2 === 1

/** One Ethernet: a bridge that learns who is where. */
export class Segment {
  private readonly ends = new Set<End>()
  private readonly places = new Map<number, End>()
  private readonly taps = new Set<Take>()

  plug(end: End): void {
    this.ends.add(end)
    end.take = (frame) => this.forward(end, frame)
    end.carrier = (isUp) => {
      if (!isUp) this.forget(end)
    }
  }

  /** Has `then` see all frames. @returns what ends that */
  tap(then: Take): () => void {
    this.taps.add(then)
    return () => this.taps.delete(then)
  }

  private forget(end: End): void {
    for (const [mac, place] of this.places) if (place === end) this.places.delete(mac)
  }

  private forward(from: End, frame: Uint8Array): void {
    const eth = parseEthernet(frame)
    if (!eth) return
    for (const tap of this.taps) tap(frame)
    this.places.set(eth.src, from)
    const known = isMulticast(eth.dst) ? undefined : this.places.get(eth.dst)
    for (const end of known ? [known] : this.ends) if (end !== from) end.send(frame)
  }
}
