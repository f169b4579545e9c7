import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AppInstance } from './app-instance.ts'

/** Milliseconds of work between looks at what switches have sent: their echoes cannot wait for a million flows. */
export const slice = 10

/** Steps that take no noticeable time. */
const fewSteps = 500

/** Evaluates the rules of an app that is not in force yet, a slice at a time, until one fails or all is worked in. */
export const evaluateGradually = async (app: AppInstance): Promise<void> => {
  do {
    app.evaluate(performance.now() + slice)
    await nextTurn()
  } while (!app.settled && app.failure === undefined)
}

/** Has an app that is not in force let go of what it has worked out, a slice at a time. */
export const leaveGradually = async (app: AppInstance): Promise<void> => {
  app.leave()
  while (!app.settled) {
    app.evaluate(performance.now() + slice)
    await nextTurn()
  }
}

/** Takes steps, a slice at a time, and gives what they come to. */
export const gradually = async <T>(steps: Iterator<void, T>): Promise<T> => {
  for (;;) {
    const until = performance.now() + slice
    do {
      const step = steps.next()
      if (step.done) return step.value
    } while (performance.now() < until)
    await nextTurn()
  }
}

/**
 * Evaluates what has changed, once in a turn of the event loop; much of it, a slice at a time. What
 * is sent to switches waits until all is worked in, so that no change is sent in pieces.
 */
export class Evaluation {
  private readonly apps: ReadonlyMap<string, AppInstance>
  private readonly done: () => void
  private scheduled = false
  private waiting: (() => void)[] = []
  /** Those who take many steps, one after the other. */
  private turns: Promise<unknown> = Promise.resolve()
  /** Apps that withdraw what they want. */
  private readonly leaving = new Set<AppInstance>()

  /** @param done called each time that all is worked in */
  constructor(apps: ReadonlyMap<string, AppInstance>, done: () => void) {
    this.apps = apps
    this.done = done
  }

  /** Has what has changed worked in at the end of this turn. */
  schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    queueMicrotask(() => this.work())
  }

  /**
   * Takes steps, and gives what they come to: few at once, many a slice at a time, after those that
   * others have asked for. So in one turn of the event loop there is one slice, however many switches change.
   */
  async inTurn<T>(steps: Iterator<void, T>): Promise<T> {
    for (let count = 0; count < fewSteps; count++) {
      const step = steps.next()
      if (step.done) return step.value
    }
    const done = this.turns.then(() => gradually(steps))
    this.turns = done.catch(() => undefined)
    return done
  }

  /** Has an app that was in force withdraw all that it wants. */
  release(app: AppInstance): void {
    app.leave()
    this.leaving.add(app)
    this.schedule()
  }

  /** Resolves when all is worked in, but for what has changed since; undefined where all is. */
  get settling(): Promise<void> | undefined {
    if (this.settled) return undefined
    this.schedule()
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  /** Whether all is worked in. */
  get settled(): boolean {
    for (const app of this.apps.values()) if (!app.settled) return false
    return this.leaving.size === 0
  }

  private work(): void {
    const until = performance.now() + slice
    for (const app of this.apps.values()) app.evaluate(until)
    for (const app of this.leaving) {
      app.evaluate(until)
      if (app.settled) this.leaving.delete(app)
    }
    if (!this.settled) {
      setImmediate(() => this.work())
      return
    }
    this.scheduled = false
    this.done()
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}
