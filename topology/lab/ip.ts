import { writeFile } from 'node:fs/promises'
import { run } from '../ovs/shell.ts'

/**
 * For a card that is Open vSwitch's alone, as ip-link(8) takes it. The kernel would answer ARP there for
 * addresses of other cards, and send IPv6 packets of its own.
 */
export const bridgedOnly = 'arp off addrgenmode none up'

/** Runs lines as ip(8) takes them, in one process; stops at the first that fails. */
export const ipBatch = async (lines: readonly string[], namespace?: string): Promise<void> => {
  if (lines.length === 0) return
  const where = namespace === undefined ? [] : ['-n', namespace]
  await run('ip', [...where, '-batch', '-'], { input: `${lines.join('\n')}\n` })
}

/**
 * Makes network namespaces. ip(8) goes back to its own after each, which an ordinary user may do only to
 * one that is theirs: so it begins in a new one.
 *
 * @param file is written, and read by ip(8), which is known by this word where who started it was killed
 */
export const addNamespaces = async (names: readonly string[], file: string): Promise<void> => {
  await writeFile(file, names.map((name) => `netns add ${name}\n`).join(''))
  await run('unshare', ['--net', 'ip', '-batch', file])
}

/** Runs a command inside a namespace. */
export const inNamespace = (namespace: string, command: string, ...args: readonly string[]): Promise<string> =>
  run('ip', ['netns', 'exec', namespace, command, ...args])
