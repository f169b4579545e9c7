import type { Tables } from './missing.ts'

/** Somebody whose code the engine calls. */
export interface Callee {
  /** An app's name, or where an app is being read from. */
  readonly name: string
  /** The app's tables. */
  readonly tables?: Tables | undefined
  /** Whether it is only tried, as for a plan: what is in force is another version. */
  readonly tried?: boolean
}

/** What `memory` holds, as 32-bit integers. */
export const cell = { callee: 0, calls: 1 } as const

/**
 * Whose code the thread runs, in memory that other threads can see: while an app's code does not return, nobody on this
 * thread can say so.
 */
export class Calls {
  /** The number of the callee, 0 for none, and how many calls have begun, modulo 2^32. */
  readonly memory = new SharedArrayBuffer(8)
  private readonly cells = new Int32Array(this.memory)
  private readonly callees: Callee[] = []
  private readonly listeners = new Set<(number: number, callee: Callee) => void>()

  /** Gives a callee its number, from 1 on. Versions of an app that are the same in all have the same. */
  numberOf(callee: Callee): number {
    const same = ({ name, tables, tried }: Callee) =>
      name === callee.name &&
      tables?.first === callee.tables?.first &&
      tables?.count === callee.tables?.count &&
      tried === callee.tried
    const at = this.callees.findIndex(same)
    if (at >= 0) return at + 1
    const number = this.callees.push(callee)
    for (const listener of this.listeners) listener(number, callee)
    return number
  }

  /** Has someone told of every callee, by its number: of those that there are, and those that come. */
  follow(listener: (number: number, callee: Callee) => void): void {
    this.listeners.add(listener)
    this.callees.forEach((callee, at) => {
      listener(at + 1, callee)
    })
  }

  /** A call begins. Gives what `leave` is to be told when it has ended, also where it throws. */
  enter(number: number): number {
    const { cells } = this
    const before = cells[cell.callee] ?? 0
    cells[cell.callee] = number
    this.beat()
    return before
  }

  leave(before: number): void {
    this.cells[cell.callee] = before
  }

  /** Something goes on. */
  beat(): void {
    this.cells[cell.calls] = ((this.cells[cell.calls] ?? 0) + 1) | 0
  }

  /** Calls a callee. */
  within<T>(number: number, work: () => T): T {
    const before = this.enter(number)
    try {
      return work()
    } finally {
      this.leave(before)
    }
  }
}

/** Those of this thread. */
export const calls = new Calls()
