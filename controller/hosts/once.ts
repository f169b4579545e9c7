/** Tells each thing once, until it has been otherwise in between. */
export class Once {
  private readonly told = new Map<string, string>()
  private readonly tell: (text: string) => void

  constructor(tell: (text: string) => void) {
    this.tell = tell
  }

  /** @param text undefined where there is nothing amiss with the subject */
  say(subject: string, text: string | undefined): void {
    if (this.told.get(subject) === text) return
    if (text === undefined) this.told.delete(subject)
    else {
      this.told.set(subject, text)
      this.tell(text)
    }
  }

  /** All that is amiss. */
  get all(): string[] {
    return [...this.told.values()]
  }
}
