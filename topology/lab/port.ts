import { once } from 'node:events'
import { createServer } from 'node:net'

// Linux gives connections ports from 32768 on (ip_local_port_range), and keeps each for a minute after its end.
const first = 10_000
const count = 20_000

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}

/**
 * A free TCP port of loopback for a server that will go and come back: while nobody listens there, no connection is
 * given it, as may happen to a port that the system has chosen.
 */
export const lastingPort = async (): Promise<number> => {
  for (;;) {
    const port = first + Math.floor(Math.random() * count)
    if (await isFree(port)) return port
  }
}
