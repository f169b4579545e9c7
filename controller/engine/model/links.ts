const none: ReadonlySet<string> = new Set()

/** Which objects refer to which others, found both ways. */
export class Links {
  private readonly forward = new Map<string, ReadonlySet<string>>()
  private readonly backward = new Map<string, Set<string>>()

  /** What an object refers to. */
  targetsOf(source: string): ReadonlySet<string> {
    return this.forward.get(source) ?? none
  }

  /** Who refers to an object. */
  sourcesOf(target: string): ReadonlySet<string> {
    return this.backward.get(target) ?? none
  }

  /** Says anew what an object refers to. */
  put(source: string, targets: Iterable<string>): void {
    const [before, now] = [this.targetsOf(source), new Set(targets)]
    for (const target of before) if (!now.has(target)) this.unlink(source, target)
    for (const target of now) if (!before.has(target)) this.link(source, target)
    if (now.size > 0) this.forward.set(source, now)
    else this.forward.delete(source)
  }

  private link(source: string, target: string): void {
    const sources = this.backward.get(target)
    if (sources) sources.add(source)
    else this.backward.set(target, new Set([source]))
  }

  private unlink(source: string, target: string): void {
    const sources = this.backward.get(target)
    sources?.delete(source)
    if (sources?.size === 0) this.backward.delete(target)
  }
}
