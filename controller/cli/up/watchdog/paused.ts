import { type Debugger, Session } from 'node:inspector'
import { setTimeout as sleep } from 'node:timers/promises'

/** The main thread, stopped where it was. */
export interface Paused {
  /** The stack of what it was at, as an error has it. */
  readonly stack: string
  /** Has it go on. */
  readonly resume: () => void
  /** Has it end the process. */
  readonly end: (exitCode: number) => void
}

/** Milliseconds in which a thread that runs JavaScript stops. */
const patience = 1_000

/** Drops the head, and the frame of the question itself. */
const framesOf = (stack: string): string =>
  stack
    .split('\n')
    .filter((line, at) => at > 0 && !line.includes('at eval ('))
    .join('\n')

/**
 * Stops the main thread, as a debugger does.
 *
 * @returns undefined where it runs no JavaScript, but waits in a call of the system: then it is left alone
 */
export const pauseMainThread = async (): Promise<Paused | undefined> => {
  const session = new Session()
  session.connectToMainThread()
  const stopped = new Promise<Debugger.PausedEventDataType>((resolve) => {
    session.once('Debugger.paused', ({ params }) => resolve(params))
  })
  session.post('Debugger.enable')
  session.post('Debugger.pause')
  const event = await Promise.race([stopped, sleep(patience, undefined)])
  const callFrameId = event?.callFrames[0]?.callFrameId
  if (callFrameId === undefined) {
    session.disconnect()
    return undefined
  }
  const evaluate = (expression: string, done?: (value: unknown) => void) =>
    session.post('Debugger.evaluateOnCallFrame', { callFrameId, expression, silent: true }, (_, answer) =>
      done?.(answer?.result.value),
    )
  const stack = await new Promise((resolve) => {
    evaluate('new Error().stack', resolve)
  })
  return {
    stack: framesOf(String(stack)),
    resume: () => session.disconnect(),
    end: (exitCode) => {
      evaluate(`process.reallyExit(${exitCode})`)
      // Node does not end before its debugger has gone.
      session.disconnect()
    },
  }
}
