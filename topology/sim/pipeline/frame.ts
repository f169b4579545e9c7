/** Where the parts of a frame stand, in bytes from its start; -1 for a part that it does not have. */
export interface FrameLayout {
  /** The EtherType after the tags that the switch looks at. */
  readonly typeAt: number
  /** The first label stack entry, and how many the switch looks at. */
  readonly mplsAt: number
  readonly mplsCount: number
  /** ARP, or the IP header. */
  readonly networkAt: number
  /** The end of the IP packet; what follows is padding. */
  readonly networkEnd: number
  /** The upper layer of an IP packet, where it is a protocol that the switch knows and is whole. */
  readonly transportAt: number
}

export const noLayout: FrameLayout = {
  typeAt: -1,
  mplsAt: -1,
  mplsCount: 0,
  networkAt: -1,
  networkEnd: -1,
  transportAt: -1,
}

/** The same parts, `by` bytes further on. */
export const shifted = (layout: FrameLayout, by: number): FrameLayout => {
  if (by === 0) return layout
  const move = (at: number): number => (at < 0 ? at : at + by)
  return {
    typeAt: move(layout.typeAt),
    mplsAt: move(layout.mplsAt),
    mplsCount: layout.mplsCount,
    networkAt: move(layout.networkAt),
    networkEnd: move(layout.networkEnd),
    transportAt: move(layout.transportAt),
  }
}
