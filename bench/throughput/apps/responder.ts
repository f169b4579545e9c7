import { defineApp, openflow } from '../../../controller/index.ts'

const flood = openflow.prepareActions([{ type: 'output', port: openflow.Port.FLOOD, maxLen: 0 }])

/** Answers every packet alike, and knows nothing: the upper bound of what an app can reach. */
export default defineApp({
  name: 'responder',
  pipeline: ['punt'],
  collections: {},
  reactive: true,
  rules: { punt: { flows: ({ stages: { punt } }) => [punt.otherwise.punt()] } },
  packetIn(packet, { reply }) {
    reply.packetOut(flood, packet)
  },
})
