import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/** What is left behind by a process that is killed. */
interface Leavings {
  /** Whoever has a path below it among the words that it was started with ends with it. */
  readonly folder: string
  /** Network namespaces, with all that runs there. */
  readonly namespaces?: readonly string[]
}

/**
 * Waits for the end of the process that started it: of a pipe that nobody else holds. What signals end is that
 * process, and not this. All that is left is killed until twice there was nothing: what was started just before
 * may come late.
 */
const script = `
trap '' INT TERM HUP
cat >/dev/null
left() {
  for one; do ip netns pids "$one"; done
  printf '%s/' "$FOLDER" | grep -lsF -f - /proc/[0-9]*/cmdline | cut -d / -f 3
}
quiet=0
while [ "$quiet" -lt 2 ]; do
  pids=$(left "$@")
  if [ -n "$pids" ]; then kill -9 $pids; quiet=0; else quiet=$((quiet + 1)); fi
  sleep 0.3
done
for one; do ip netns delete "$one"; done
rm -rf -- "$FOLDER"
`

/** Ends all that this process leaves behind, and removes it, when it has ended, however it ends. */
export const cleanAfterwards = ({ folder, namespaces = [] }: Leavings): void => {
  const child = spawn('sh', ['-c', script, 'sh', ...namespaces], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    // Not among its words, by which it would find itself.
    env: { ...process.env, FOLDER: folder.replace(/\/$/, '') },
  })
  child.unref()
  ;(child.stdin as Socket).unref()
}
