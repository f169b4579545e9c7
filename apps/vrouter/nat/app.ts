import {
  defineApp,
  integration,
  integrationTable,
  type OutsideFact,
  setField,
  siteKey,
} from '../../../controller/index.ts'
import { begin, repeat } from './announcing.ts'
import { answerFlows, arrivalFlows, departureFlows, missFlows } from './attachment.ts'
import { collections } from './collections.ts'
import { refuse, unreachable } from './errors.ts'
import { inNetwork, nextHopIs } from './fields.ts'
import { entranceFlows, insideSourceFlows, ownSourceFlows } from './ingress.ts'
import { heard, missed, neighbourIn, refresh } from './learning.ts'
import { neighbourKey } from './neighbours.ts'
import { answeringFlows, expiredFlows, neighbourFlows, ownFlows, strangerFlows, tooLongFlows } from './outside.ts'
import { Rank } from './ranks.ts'
import { translationFlows } from './translate.ts'
import { handedOverFlows, leavingFlows, nextHopFlows } from './way-out.ts'

/**
 * Routers meet the outside: addresses inside appear there under others, and addresses outside lead
 * inside. Packets leave by the host of a floating address's port, or by the router's own host, and
 * are translated there in a zone of the router's.
 */
export default defineApp({
  name: 'nat',
  bridge: 'integration',
  pipeline: integration.stages,
  collections,
  punts: { packetsPerSecond: 500 },
  rules: {
    /** Where a host has an external network: what comes from there, and what goes there. */
    attachment: {
      each: 'attachments',
      on: ({ dpid }) => dpid,
      flows: (attachment, { stages }) => [...arrivalFlows(attachment, stages), ...departureFlows(attachment, stages)],
    },
    /** Answers of neighbours outside. */
    answer: {
      each: 'attachments',
      on: ({ dpid }) => dpid,
      flows: (attachment, { stages }) => answerFlows(attachment, stages),
    },
    /** Packets to neighbours outside that are not known. */
    miss: {
      each: 'attachments',
      on: ({ dpid }) => dpid,
      flows: (attachment, { stages }) => missFlows(attachment, stages),
    },
    /** To neighbours outside that are known. */
    neighbour: {
      each: 'neighbours',
      flows: ({ network, vni, address, mac }, { stages: { neighbour, switch: out }, switch: here, view }) =>
        view.attachments.has(siteKey(network, here.dpid))
          ? [
              neighbour
                .matching([inNetwork(vni), ...nextHopIs(address)], Rank.LEARNED)
                .apply(setField('ethDst', mac))
                .goto(out),
            ]
          : [],
    },
    /** From any host to the one where a router leaves, and on from there. */
    gateway: {
      each: 'gateways',
      through: ({ inside }) => inside,
      flows: (gateway, { stages, switch: { dpid }, view }) => {
        const { router, network, inside, host } = gateway
        const here = view.hosts.get(view.reaches.get(siteKey(inside, dpid))?.host ?? '')
        const there = host === undefined ? undefined : view.hosts.get(host)
        return [
          ...nextHopFlows(gateway, view.routers.get(router)?.routes ?? [], stages),
          ...leavingFlows(gateway, view.networks.get(network), here, there, stages),
          ...(here && here.id === host ? handedOverFlows(gateway, here, stages) : []),
        ]
      },
    },
    /** An address outside, at the host that has it. */
    outside: {
      each: 'outsides',
      on: ({ dpid }) => dpid,
      flows: (outside, { stages, switch: { dpid }, view }) => [
        ...answeringFlows(outside, stages),
        ...entranceFlows(outside, stages),
        ...ownFlows(outside, view.attachments.get(siteKey(outside.network, dpid)), stages),
        ...strangerFlows(outside, stages),
      ],
    },
    /** Packets to it that have come to the end of their way. */
    expired: {
      each: 'outsides',
      on: ({ dpid }) => dpid,
      flows: (outside, { stages }) => expiredFlows(outside, stages),
    },
    /** Packets to it that the network inside does not take. */
    tooLong: {
      each: 'outsides',
      on: ({ dpid }) => dpid,
      flows: (outside, { stages }) => tooLongFlows(outside, stages),
    },
    /** Packets from outside under addresses of a subnet inside, where routers meet the outside. */
    insideSource: {
      each: 'interfaces',
      through: ({ network }) => network,
      flows: (one, { stages, switch: { dpid }, view }) => {
        const gateway = view.gateways.get(one.router)
        return gateway && view.attachments.has(siteKey(gateway.network, dpid))
          ? insideSourceFlows(one, gateway, stages)
          : []
      },
    },
    /** Packets from outside under an address that is here. */
    ownSource: {
      each: 'outsides',
      on: ({ dpid }) => dpid,
      flows: (outside, { stages }) => ownSourceFlows(outside, stages),
    },
    /** An address outside that somebody inside sends to. */
    own: {
      each: 'outsides',
      flows: (outside, { stages, switch: { dpid }, view }) =>
        neighbourFlows(outside, view.attachments.get(siteKey(outside.network, dpid)), dpid, stages),
    },
    /** One translation, where it is done; its flows count. */
    translation: {
      each: 'translations',
      on: ({ dpid }) => dpid,
      flows: (translation, { stages }) => translationFlows(translation, stages),
    },
  },
  packetIn(punted, _from, context) {
    const { attachments, outsides } = context.collections
    for (const { rule, object } of context.madeBy(punted)) {
      const attachment = attachments.get(object)
      if (rule === 'miss' && attachment) missed(punted, attachment, performance.now(), context)
      if (rule === 'answer' && attachment) heard(punted, attachment, performance.now(), context)
      const outside = outsides.get(object)
      if ((rule === 'expired' || rule === 'tooLong') && outside) refuse(punted.data(), rule, outside, context)
    }
  },
  /** Neighbours that were known before a restart are, until they do not answer. */
  recover({ tableId, priority, ...flow }, { dpid }, { collections: { attachments, neighbours } }) {
    if (tableId !== integrationTable('neighbour') || priority !== Rank.LEARNED) return
    const found = neighbourIn(flow)
    for (const [, { network, vni, dpid: at }] of attachments.entries()) {
      if (found && vni === found.vni && at === dpid)
        neighbours.set(neighbourKey(network, found.address), { ...found, network })
    }
  },
  /** An address that is at another host now: the physical network learns of it. */
  changed(collection, key, before, context) {
    if (collection !== 'outsides') return
    const now = context.collections.outsides.get(key)
    const old = before as OutsideFact | undefined
    if (now && (old?.dpid !== now.dpid || old?.mac !== now.mac)) begin(key, context)
  },
  tick(context) {
    refresh(performance.now(), context, unreachable(context))
    repeat(context)
  },
})
