/** What a run found: passes, failures with their reasons, and counts of what is worth saying. */
export class Tally {
  passed = 0
  readonly failures: { readonly name: string; readonly reason: string }[] = []
  /** Things counted beside passes and failures, by what they are. */
  readonly notes = new Map<string, number>()

  /** Members of other libraries' decoded forms that were not compared. */
  readonly notPaired = new Set<string>()

  unpaired(name: string): void {
    this.notPaired.add(name)
  }

  note(what: string): void {
    this.notes.set(what, (this.notes.get(what) ?? 0) + 1)
  }

  /** Counts one vector: passed when its check gave no reasons. */
  count(name: string, reasons: readonly string[]): void {
    if (reasons.length === 0) this.passed++
    for (const reason of reasons) this.failures.push({ name, reason })
  }

  /** How many vectors have at least one failure. */
  get failed(): number {
    return new Set(this.failures.map(({ name }) => name)).size
  }
}

/** The first line of what went wrong, short enough for a terminal. */
export const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const [first = ''] = text.split('\n')
  return first.length > 300 ? `${first.slice(0, 300)}…` : first
}

/** Runs a check; what it throws is one more reason. */
export const reasons = (check: () => readonly string[]): readonly string[] => {
  try {
    return check()
  } catch (error) {
    return [error instanceof Error && error.name === 'Error' ? (error.stack ?? error.message) : reasonOf(error)]
  }
}
