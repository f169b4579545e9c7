import pino, { type Logger } from 'pino'
import pretty from 'pino-pretty'

/** Logs for people in a terminal, JSON lines for programs otherwise. */
export const openLog = (level: string, isTerminal = process.stdout.isTTY): Logger => {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  if (!isTerminal) return pino(options, pino.destination({ fd: 1, sync: true }))
  return pino(options, pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', sync: true, singleLine: true }))
}
