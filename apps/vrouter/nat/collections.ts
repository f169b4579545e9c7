import { collection, model } from '../../../controller/index.ts'
import type { Neighbour, Question, Waiting } from './neighbours.ts'

export const collections = {
  hosts: model.hosts,
  networks: model.networks,
  routers: model.routers,
  interfaces: model.interfaces,
  attachments: model.attachments,
  reaches: model.reaches,
  gateways: model.gateways,
  outsides: model.outsides,
  translations: model.translations,
  neighbours: collection<Neighbour>(),
  questions: collection<Question>(),
  /** Packets for neighbours that have not answered yet, by neighbour. */
  waiting: collection<readonly Waiting[]>(),
  /** How often each address outside is still to be announced. */
  announcements: collection<number>(),
}
