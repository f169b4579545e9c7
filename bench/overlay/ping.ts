import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { measured } from '../two-hosts/lab.ts'

/** Seconds between pings. */
const interval = 0.002

/** Pings until it is told to stop. */
export interface Pinging {
  /** When the first answer came, in milliseconds since 1970. */
  readonly answered: Promise<number>
  readonly stop: () => Promise<void>
}

/** `[1700000000.123456] 64 bytes from 10.77.255.1: icmp_seq=…` */
const answer = /^\[(\d+\.\d+)\] \d+ bytes from/m

/** Resolves with the first answer that ping prints; what it prints else is told where it ends without. */
const firstAnswer = (child: ChildProcessByStdio<null, Readable, Readable>, patience: number): Promise<number> =>
  new Promise((resolve, reject) => {
    let text = ''
    const fail = (what: string) => () => reject(new Error(`${what}: ${text.trim() || 'it printed nothing'}`))
    const timer = setTimeout(fail(`no ping was answered for ${patience} ms`), patience)
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      const found = answer.exec(text)
      if (found) resolve(Number(found[1]) * 1000)
      // More than a line, so that none is cut in two.
      text = text.slice(-1_000)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', reject)
    child.once('close', () => {
      clearTimeout(timer)
      fail('ping has ended')()
    })
  })

/** Pings the measured container all the time: the first answer says when it could be reached. */
export const startPinging = (namespace: string, patience: number): Pinging => {
  const words = ['netns', 'exec', namespace, 'ping', '-n', '-D', '-i', String(interval), measured.address]
  const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const answered = firstAnswer(child, patience)
  answered.catch(() => undefined)
  const stop = async () => {
    child.kill('SIGINT')
    await ended
  }
  return { answered, stop }
}
