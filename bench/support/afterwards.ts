import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/** What signals end: this process, and not what cleans up behind it. */
const waiting = "trap '' INT TERM HUP; cat >/dev/null; "

/**
 * Has a shell script run when this process has ended, however it ends: it waits for the end of a
 * pipe that nobody else holds, in a session of its own.
 *
 * @param words for `$1`, `$2` and so on
 */
export const afterwards = (script: string, ...words: readonly string[]): void => {
  const child = spawn('sh', ['-c', waiting + script, 'sh', ...words], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  ;(child.stdin as Socket).unref()
}

/** Removes a folder when this process has ended. */
export const removeAfterwards = (folder: string): void => afterwards('rm -rf -- "$1"', folder)

/** Ends all that runs in these network namespaces, and removes them, when this process has ended. */
export const emptyAfterwards = (namespaces: readonly string[]): void =>
  afterwards('for one; do ip netns pids "$one" | xargs -r kill -9; ip netns delete "$one"; done', ...namespaces)
