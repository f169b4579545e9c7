import Type from 'typebox'
import { injectPackets, type LiveSwitch, readHoldings } from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { ApiError, badField } from '../errors.ts'
import { findSwitch } from '../find.ts'
import { closed, Dpid } from '../schemas.ts'
import { installedStream } from './installed-text.ts'

const InstalledQuery = closed({ dpid: Dpid })

const Installed = Type.Object({
  dpid: Type.String(),
  inSync: Type.Boolean({ description: 'whether it holds all that apps want' }),
  refused: Type.Integer({ description: 'flows that apps want and the switch has refused' }),
  flows: Type.Array(
    Type.Object({
      table: Type.Integer(),
      text: Type.String({ description: 'as ovs-ofctl add-flow takes it' }),
      is: Type.String({
        description: 'wanted, kept (of a missing app), foreign, or cookie: of an app that no more wants it',
      }),
      ...{ app: Type.String(), rule: Type.String(), object: Type.String(), cookie: Type.String() },
      drop: Type.Optional(Type.String()),
      packets: Type.Number(),
    }),
  ),
  groups: Type.Array(Type.String()),
  meters: Type.Array(Type.String()),
  ports: Type.Array(
    Type.Object({
      number: Type.Integer(),
      name: Type.String(),
      up: Type.Boolean(),
      received: Type.Number({ description: 'packets' }),
      sent: Type.Number({ description: 'packets' }),
    }),
  ),
})

const mostFrames = 100
const Frames = closed({
  dpid: Dpid,
  inPort: Type.Integer({ minimum: 1, maximum: 0xfeff, description: 'OpenFlow number' }),
  frames: Type.Array(Type.String({ pattern: '^([0-9a-f]{2}){14,9216}$', description: 'hexadecimal' }), {
    minItems: 1,
    maxItems: mostFrames,
  }),
})

const badGateway = 502

const orBadGateway = async <T>({ session }: LiveSwitch, work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    throw new ApiError(badGateway, `switch ${session.name} did not answer: ${(error as Error).message}`)
  }
}

/** What switches do with packets: all that they hold, and packets to try it with. */
export const packets = (api: Api, context: ApiContext): void => {
  api.get(
    '/v1/installed',
    {
      schema: {
        summary: 'What a switch holds, read from it now: flows with who made them, groups, meters, ports',
        querystring: InstalledQuery,
        response: { 200: Installed },
      },
    },
    async ({ query: { dpid } }, reply) => {
      const live = findSwitch(context, dpid)
      const holdings = await orBadGateway(live, readHoldings(live))
      reply.type('application/json; charset=utf-8')
      return reply.send(installedStream(context, live, holdings) as never)
    },
  )
  api.post(
    '/v1/packets',
    {
      schema: {
        summary: 'Has a switch treat frames as if they had come in by one of its ports',
        body: Frames,
        response: { 200: Type.Object({ sent: Type.Integer() }) },
      },
    },
    async ({ body: { dpid, inPort, frames } }) => {
      const live = findSwitch(context, dpid)
      if (!live.session.ports.has(inPort)) throw badField('inPort', `switch ${live.session.name} has no port ${inPort}`)
      await orBadGateway(
        live,
        injectPackets(
          live,
          inPort,
          frames.map((hex) => Buffer.from(hex, 'hex')),
        ),
      )
      return { sent: frames.length }
    },
  )
}
