import { run } from '../ovs/shell.ts'

/** Runs lines as ip(8) takes them, in one process; stops at the first that fails. */
export const ipBatch = async (lines: readonly string[], namespace?: string): Promise<void> => {
  if (lines.length === 0) return
  const where = namespace === undefined ? [] : ['-n', namespace]
  await run('ip', [...where, '-batch', '-'], { input: `${lines.join('\n')}\n` })
}

/** Runs a command inside a namespace. */
export const inNamespace = (namespace: string, command: string, ...args: readonly string[]): Promise<string> =>
  run('ip', ['netns', 'exec', namespace, command, ...args])
