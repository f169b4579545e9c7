import { spawn } from 'node:child_process'
import { measured } from './lab.ts'

/** Seconds between pings. */
const interval = 0.002

/** Milliseconds since 1970, with fractions. */
export const now = (): number => performance.timeOrigin + performance.now()

/** Pings until it is told to stop. */
export interface Pinging {
  /** When the first answer came, in milliseconds since 1970. */
  readonly answered: Promise<number>
  readonly stop: () => Promise<void>
}

/** Pings the measured container all the time: the first answer says when it could be reached. */
export const startPinging = (namespace: string, patience: number): Pinging => {
  const words = ['netns', 'exec', namespace, 'ping', '-n', '-D', '-i', String(interval), measured.address]
  const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const answered = new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ping was answered for ${patience} ms`)), patience)
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (text.length > 10_000) return
      text += chunk.toString()
      // `[1700000000.123456] 64 bytes from 10.77.255.1: icmp_seq=…`
      const found = /^\[(\d+\.\d+)\] \d+ bytes from/m.exec(text)
      if (!found) return
      clearTimeout(timer)
      resolve(Number(found[1]) * 1000)
    })
  })
  answered.catch(() => undefined)
  const stop = async () => {
    child.kill('SIGINT')
    await ended
  }
  return { answered, stop }
}
