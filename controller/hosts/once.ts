/** Something that is amiss, for people to read. */
export interface Problem {
  readonly finding: string
  /** A command that mends it, to be run on the host. */
  readonly mend?: string
}

/** In a line. */
export const problemLine = ({ finding, mend }: Problem): string =>
  mend === undefined ? finding : `${finding}; run there: ${mend}`

/** Tells each thing once, until it has been otherwise in between. */
export class Once {
  private readonly told = new Map<string, Problem>()
  private readonly tell: (text: string) => void

  constructor(tell: (text: string) => void) {
    this.tell = tell
  }

  /** @param amiss undefined where there is nothing amiss with the subject */
  say(subject: string, amiss: string | Problem | undefined): void {
    const problem = typeof amiss === 'string' ? { finding: amiss } : amiss
    const before = this.told.get(subject)
    if (before === problem || (before && problem && problemLine(before) === problemLine(problem))) return
    if (problem === undefined) this.told.delete(subject)
    else {
      this.told.set(subject, problem)
      this.tell(problemLine(problem))
    }
  }

  /** All that is amiss. */
  get all(): readonly Problem[] {
    return [...this.told.values()]
  }
}
