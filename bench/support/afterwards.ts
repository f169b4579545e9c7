import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/** What signals end: this process, and not what cleans up behind it. */
const waiting = "trap '' INT TERM HUP; cat >/dev/null"

/**
 * Has a shell script run when this process has ended, however it ends: it waits for the end of a
 * pipe that nobody else holds, in a session of its own.
 */
const afterwards = (...lines: readonly string[]): void => {
  const child = spawn('sh', ['-c', [waiting, ...lines].join('\n')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  ;(child.stdin as Socket).unref()
}

/** What is left behind by a process that is killed. */
interface Leavings {
  readonly folder: string
  /** Network namespaces: what runs there ends. */
  readonly namespaces?: readonly string[]
  /** A command that knows how to end what else there is; it is run first. */
  readonly command?: readonly string[]
}

const quoted = (words: readonly string[]): string => words.map((one) => `'${one.replaceAll("'", "'\\''")}'`).join(' ')

/** Twice without any: what the process started just before its end may come late. */
const emptied = (namespaces: string): readonly string[] => [
  'quiet=0',
  'while [ "$quiet" -lt 2 ]; do',
  `  pids=$(for one in ${namespaces}; do ip netns pids "$one"; done)`,
  '  if [ -n "$pids" ]; then kill -9 $pids; quiet=0; else quiet=$((quiet + 1)); fi',
  '  sleep 0.5',
  'done',
  `for one in ${namespaces}; do ip netns delete "$one"; done`,
]

/** Ends all that this process leaves behind, and removes it, when it has ended. */
export const cleanAfterwards = ({ folder, namespaces = [], command = [] }: Leavings): void =>
  afterwards(
    quoted(command),
    ...(namespaces.length === 0 ? [] : emptied(quoted(namespaces))),
    `rm -rf -- ${quoted([folder])}`,
  )
