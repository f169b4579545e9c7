const none: ReadonlySet<string> = new Set()

/** On which one switch each object of a rule matters, found both ways. */
export class Placement {
  private readonly switches = new Map<string, bigint>()
  private readonly objects = new Map<bigint, Set<string>>()

  /** The switch of an object, if it matters anywhere. */
  switchOf(key: string): bigint | undefined {
    return this.switches.get(key)
  }

  /** The objects of a switch, whether it is connected or not. */
  objectsAt(dpid: bigint): ReadonlySet<string> {
    return this.objects.get(dpid) ?? none
  }

  /** Moves an object to a switch; to none where it matters nowhere any more. */
  put(key: string, dpid: bigint | undefined): void {
    const before = this.switches.get(key)
    if (before === dpid) return
    if (before !== undefined) this.takeFrom(before, key)
    if (dpid === undefined) this.switches.delete(key)
    else {
      this.switches.set(key, dpid)
      const there = this.objects.get(dpid)
      if (there) there.add(key)
      else this.objects.set(dpid, new Set([key]))
    }
  }

  private takeFrom(dpid: bigint, key: string): void {
    const there = this.objects.get(dpid)
    there?.delete(key)
    if (there?.size === 0) this.objects.delete(dpid)
  }
}
