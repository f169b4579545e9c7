import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { leashed } from '../support/leash.ts'

/** Milliseconds. */
const startWithin = 20_000
const stopWithin = 3_000

/** A controller that was started, and that listens. */
export interface Running {
  readonly child: ChildProcess
  readonly port: number
}

/** What a process has used so far. */
export interface Usage {
  readonly cpuSeconds: number
  readonly rssMiB: number
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
const KiBPerMiB = 1024

/** A port of loopback that is free now. */
export const freePort = async (): Promise<number> => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('the system gave no port')
  return address.port
}

/** The end of what a process wrote to its standard error, for messages. */
const keepErrors = (child: ChildProcess): (() => string) => {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-2000)
  })
  return () => text.trim()
}

/** Starts a process that says `listening on PORT` on its standard output. */
export const startAnnounced = async (command: string, args: readonly string[]): Promise<Running> => {
  const child = spawn(...leashed(command, args), { stdio: ['ignore', 'pipe', 'pipe'] })
  const errors = keepErrors(child)
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${command} does not say where it listens`)), startWithin)
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const found = /listening on (\d+)\n/.exec(text)
      if (!found) return
      clearTimeout(timer)
      resolve(Number(found[1]))
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${command} ended: ${errors()}`)))
  }).catch(async (error: Error) => {
    await stop(child)
    throw error
  })
  return { child, port }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** Starts a process that is told its port, and waits until it listens there. */
export const startAt = async (
  port: number,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Running> => {
  const child = spawn(...leashed(command, args), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  })
  const errors = keepErrors(child)
  const end = performance.now() + startWithin
  while (!(await accepts(port))) {
    if (performance.now() > end || child.exitCode !== null) {
      await stop(child)
      throw new Error(`${command} does not listen: ${errors()}`)
    }
    await sleep(50)
  }
  return { child, port }
}

/** Ends a process that was started here, and waits until it has ended. */
export const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopWithin)
  await ended
  clearTimeout(timer)
}

/** Processor time of all threads, and memory; undefined once the process has gone. */
export const usage = (pid: number): Usage | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command, in parentheses, may hold blanks; utime and stime are fields 14 and 15 (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
    const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return { cpuSeconds, rssMiB: Number(rss?.[1] ?? 0) / KiBPerMiB }
  } catch {
    return undefined
  }
}
