/** Changes of a switch's state that are made together or not at all. */
export class Journal {
  private readonly undos: (() => void)[] = []
  private readonly effects: (() => void)[] = []

  /** How the change just made is taken back. */
  undo(act: () => void): void {
    this.undos.push(act)
  }

  /** What is to follow once all changes stand, such as telling controllers. */
  after(act: () => void): void {
    this.effects.push(act)
  }

  /** Takes all changes back, the last first. */
  rollBack(): void {
    for (const act of this.undos.splice(0).reverse()) act()
    this.effects.length = 0
  }

  /** All changes stand. */
  commit(): void {
    this.undos.length = 0
    for (const act of this.effects.splice(0)) act()
  }
}

/** Makes changes together or, where one throws, not at all. */
export const together = (change: (journal: Journal) => void): void => {
  const journal = new Journal()
  try {
    change(journal)
  } catch (error) {
    journal.rollBack()
    throw error
  }
  journal.commit()
}
