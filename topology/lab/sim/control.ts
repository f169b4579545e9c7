import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Assigned } from '../kind.ts'
import type { Answer, Asked } from '../ping.ts'
import { pcapHeader, pcapRecord } from './pcap.ts'
import type { Targets, World } from './world.ts'

/** What can be asked of a simulated lab, each with what is sent and what is answered. */
export interface Orders {
  readonly manage: { readonly sent: Targets; readonly answer: null }
  readonly plug: { readonly sent: Assigned; readonly answer: null }
  readonly unready: { readonly sent: null; readonly answer: readonly string[] }
  readonly uninstalled: { readonly sent: null; readonly answer: readonly string[] }
  readonly ping: { readonly sent: readonly Asked[]; readonly answer: readonly Answer[] }
  readonly setCut: { readonly sent: { readonly link: string; readonly isCut: boolean }; readonly answer: boolean }
}
export type Order = keyof Orders

type Handler<O extends Order> = (
  world: World,
  sent: Orders[O]['sent'],
) => Orders[O]['answer'] | Promise<Orders[O]['answer']>

const handlers: { readonly [O in Order]: Handler<O> } = {
  manage: (world, targets) => {
    world.manage(targets)
    return null
  },
  plug: (world, assigned) => {
    world.plug(assigned)
    return null
  },
  unready: (world) => world.unready,
  uninstalled: (world) => world.uninstalled,
  ping: (world, asked) => world.ping(asked),
  setCut: (world, { link, isCut }) => world.setCut(link, isCut),
}

const isOrder = (name: string): name is Order => Object.hasOwn(handlers, name)

const obey = async <O extends Order>(world: World, order: O, request: IncomingMessage): Promise<unknown> =>
  handlers[order](world, (await json(request)) as Orders[O]['sent'])

/** The packets of a link as a pcap file that goes on until the asker goes, or there were `most`. */
const capture = (world: World, link: string, most: number, response: ServerResponse): void => {
  let seen = 0
  const end = world.tap(link, (frame) => {
    if (seen++ < most) response.write(pcapRecord(frame))
    if (seen === most) response.end()
  })
  if (!end) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/vnd.tcpdump.pcap' })
  // The asker is to see at once that it has begun.
  response.write(pcapHeader())
  response.on('close', end)
}

const serve = async (world: World, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const [, what = '', link = '', most = 'Infinity'] = (request.url ?? '').split('/')
  if (what === 'capture') return capture(world, decodeURIComponent(link), Number(most), response)
  try {
    if (!isOrder(what)) throw new Error(`there is no order ${what}`)
    response.end(JSON.stringify(await obey(world, what, request)))
  } catch (error) {
    response.writeHead(400).end(JSON.stringify({ error: (error as Error).message }))
  }
}

/** Lets other processes of this machine work on a simulated lab. Resolves once it listens. */
export const listen = async (world: World, socket: string): Promise<Server> => {
  const server = createServer((request, response) => void serve(world, request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  return server
}
