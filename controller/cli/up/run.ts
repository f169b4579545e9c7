import type { Logger } from 'pino'
import { banner } from './banner.ts'
import { hungAppsIn, type Running, startController } from './controller.ts'
import { keepHeapSmall } from './heap.ts'
import { openLog } from './log.ts'
import { settingsOf, type UpOptions } from './settings.ts'
import { watchApps } from './watchdog/watchdog.ts'

const say = (running: Running, log: Logger): void => {
  const { started } = running
  if (process.stdout.isTTY) console.log(banner(started))
  else log.info(started, 'heddle is up')
}

/** Ends at the first signal, in order; at the second at once. */
const endBySignal = (running: Running, log: Logger): void => {
  let ending = false
  const end = (signal: NodeJS.Signals): void => {
    if (ending) process.exit(1)
    ending = true
    log.info(`${signal}: ending; switches keep their flows`)
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'ending failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
}

/** Runs a controller until a signal ends it. */
export const run = async (options: UpOptions, version: string): Promise<void> => {
  keepHeapSmall()
  const settings = settingsOf(options)
  const log = openLog(settings.level)
  // An app that forgets to catch what its promise rejects with must not end the others.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise of an app was rejected'))
  watchApps({ deadline: settings.appDeadline, hungApps: hungAppsIn(settings.data), log })
  const running = await startController(settings, version, log)
  endBySignal(running, log)
  say(running, log)
}
