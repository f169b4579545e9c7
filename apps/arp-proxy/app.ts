import { defineApp, model, openflow, output, packet, parseAddress, Type } from '../../controller/index.ts'
import {
  addressesOf,
  advertise,
  advertiseToAll,
  arpAnswer,
  arpRequest,
  finish,
  neighborAdvertisement,
  neighborSolicitation,
} from '../arp-responder/answers.ts'
import { type Asked, answerTo } from './answer.ts'

const { NO_BUFFER, Port } = openflow
const { isIpv6 } = packet

/** Priorities: who asks for an address of its own is left alone. */
const Rank = { OWNER: 300, PROBE: 250, ANSWER: 200 } as const

const questionFor = (address: string) =>
  isIpv6(address)
    ? ({ ...neighborSolicitation, ipv6NdTarget: address } as const)
    : ({ ...arpRequest, arpTpa: address as packet.Ipv4Text } as const)

const isSame = (text: string, { family, number }: Asked): boolean => {
  const address = parseAddress(text)
  return address?.family === family && address.number === number
}

/**
 * Who asks for the Ethernet address of a port of some networks is answered on plain bridges: by flows
 * where the bridge can make answers of questions, else by the controller. All else the bridge forwards
 * as it does without a controller.
 */
export default defineApp({
  name: 'arp-proxy',
  pipeline: ['ask', 'finish'],
  collections: { ports: model.ports },
  config: Type.Object({
    networks: Type.Array(Type.String(), { default: [], description: 'ids of those whose ports are answered for' }),
  }),
  punts: { packetsPerSecond: 500 },
  rules: {
    rest: { flows: ({ stages: { ask } }) => [ask.otherwise.output(Port.NORMAL)] },
    answer: {
      each: 'ports',
      flows: (port, { stages, switch: { nicira }, config: { networks } }) => {
        const { mac, network } = port
        if (!networks.includes(network)) return []
        const { ask } = stages
        return addressesOf(port).flatMap((address) => {
          const question = questionFor(address)
          const own = ask.when({ ...question, ethSrc: mac }, Rank.OWNER).output(Port.NORMAL)
          if (!nicira) return [own, ask.when(question, Rank.ANSWER).punt()]
          if (!isIpv6(address)) return [own, ask.when(question, Rank.ANSWER).apply(...arpAnswer(mac, address))]
          const made = { ...neighborAdvertisement, ipv6NdTarget: address } as const
          return [
            own,
            ask
              .when(question, Rank.ANSWER)
              .apply(...advertise(mac, address))
              .goto(stages.finish),
            ask
              .when({ ...neighborSolicitation, ipv6NdTarget: address, ipv6Src: '::' }, Rank.PROBE)
              .apply(...advertiseToAll(mac, address))
              .goto(stages.finish),
            stages.finish.when(made).apply(...finish(mac)),
          ]
        })
      },
    },
  },
  packetIn(punted, { dpid }, { collections: { ports }, config: { networks }, send }) {
    // All ports are looked through: the meter lets few questions come here.
    const macOf = (address: Asked): number | undefined => {
      for (const [, port] of ports.entries()) {
        if (networks.includes(port.network) && addressesOf(port).some((text) => isSame(text, address))) return port.mac
      }
      return undefined
    }
    const data = answerTo(punted.data(), macOf)
    if (!data) return
    const actions = [output(punted.inPort)]
    send(dpid, { type: 'packetOut', bufferId: NO_BUFFER, inPort: Port.CONTROLLER, actions, data })
  },
})
