import { type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { LabError } from '../errors.ts'
import type { LabFolder } from '../folder.ts'
import type { Order, Orders } from './control.ts'

/** Where the process that simulates a lab's hosts takes orders. */
export const controlSocket = (folder: LabFolder): string => folder.part('sim.sock')

const notThere = ({ name }: LabFolder): LabError =>
  new LabError(`what simulated lab ${name} has ended: heddle lab down --name ${name} removes what is left`)

/** @throws LabError where nobody simulates the lab any more */
const send = (folder: LabFolder, path: string, body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath: controlSocket(folder), path, method: 'POST', agent: false }, resolve)
    asked.on('error', () => reject(notThere(folder)))
    asked.end(body)
  })

/**
 * Has the process that simulates a lab do something.
 *
 * @throws LabError with what it says
 */
export const ask = async <O extends Order>(
  folder: LabFolder,
  order: O,
  sent: Orders[O]['sent'],
): Promise<Orders[O]['answer']> => {
  const response = await send(folder, `/${order}`, JSON.stringify(sent))
  const answer = await json(response).catch(() => {
    throw notThere(folder)
  })
  if (response.statusCode === 200) return answer as Orders[O]['answer']
  throw new LabError((answer as { error: string }).error)
}

/**
 * The packets of a link from now on, as a pcap file.
 *
 * @param most how many
 * @throws LabError where there is no such link
 */
export const captured = async (folder: LabFolder, link: string, most: number): Promise<IncomingMessage> => {
  const response = await send(folder, `/capture/${encodeURIComponent(link)}/${most}`, '')
  if (response.statusCode === 200) return response
  throw new LabError(`${link} is no link of this lab`)
}
