import { appNumber, cookieHigh } from '../flow/index.ts'

/** Tables that an app has: `count` of them from `first` on. */
export interface Tables {
  readonly first: number
  readonly count: number
}

/** Tells which flows belong to apps that are missing. */
export interface Spared {
  /** Names of the apps, in the order in which they were missed. */
  readonly names: readonly string[]
  /** The app whose flows have this first half in their cookies. */
  nameOf(cookieHigh: number): string | undefined
}

/**
 * Apps that should run and could not be loaded. What switches hold of theirs stays as it is, and
 * their tables are given to no other app, until they are loaded or the user no longer wants them.
 */
export class MissingApps implements Spared {
  private readonly epoch: number
  private readonly tables = new Map<string, Tables | undefined>()
  private readonly byCookie = new Map<number, string>()

  constructor(epoch: number) {
    this.epoch = epoch
  }

  get names(): readonly string[] {
    return [...this.tables.keys()]
  }

  nameOf(high: number): string | undefined {
    return this.byCookie.get(high)
  }

  /** Where the app had its tables when it last ran, if that is known. */
  tablesOf(name: string): Tables | undefined {
    return this.tables.get(name)
  }

  /** Tables that are kept free for apps other than this one. */
  reservedBeside(name: string): Tables[] {
    return [...this.tables].flatMap(([other, tables]) => (other !== name && tables ? [tables] : []))
  }

  add(name: string, tables: Tables | undefined): void {
    this.tables.set(name, tables)
    this.byCookie.set(this.highOf(name), name)
  }

  /** Says whether it was missing. */
  delete(name: string): boolean {
    this.byCookie.delete(this.highOf(name))
    return this.tables.delete(name)
  }

  /** As it is now: what is read from a switch is judged by one state of affairs. */
  snapshot(): Spared {
    const names = this.names
    const byCookie = new Map(this.byCookie)
    return { names, nameOf: (high) => byCookie.get(high) }
  }

  private highOf(name: string): number {
    return cookieHigh({ epoch: this.epoch, app: appNumber(name), unit: 0 })
  }
}
