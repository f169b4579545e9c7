import { unlink } from 'node:fs/promises'
import { createConnection } from 'node:net'

/** Whether anybody answers at a unix socket. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createConnection(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  })

/**
 * Removes a unix socket that a process left behind when it was killed: one at which nobody answers.
 *
 * @returns whether there was one; false where somebody still listens, or where it is no socket
 */
export const removeStaleSocket = async (path: string): Promise<boolean> => {
  if (await answers(path)) return false
  await unlink(path)
  return true
}
