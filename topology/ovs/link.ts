import type { OvsHost } from './host.ts'
import { run } from './shell.ts'

/** One end of a cable: a bridge of a host, and the name of the port there. */
export interface LinkEnd {
  readonly host: OvsHost
  readonly bridge: string
  readonly port: string
}

/** Lays a cable between the bridges of two hosts. It goes with either host. */
export const connect = async (a: LinkEnd, b: LinkEnd): Promise<void> => {
  const ends = [
    'name',
    a.port,
    'netns',
    a.host.namespace,
    'type',
    'veth',
    'peer',
    'name',
    b.port,
    'netns',
    b.host.namespace,
  ]
  await run('ip', ['link', 'add', ...ends])
  for (const { host, bridge, port } of [a, b]) {
    await host.exec('ip', 'link', 'set', port, 'up')
    await host.vsctl('add-port', bridge, port)
  }
}
