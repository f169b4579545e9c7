import { existsSync } from 'node:fs'

const setpriv = '/usr/bin/setpriv'

/**
 * A command that ends with this process, also where this process is killed (prctl(2),
 * PR_SET_PDEATHSIG); as it is where the system has no setpriv(1).
 */
export const leashed = (
  command: string,
  args: readonly string[],
): readonly [command: string, args: readonly string[]] =>
  existsSync(setpriv) ? [setpriv, ['--pdeathsig', 'KILL', '--', command, ...args]] : [command, args]
