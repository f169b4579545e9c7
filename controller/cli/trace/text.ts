import { describeFrame, type End, type Journey, type Step, type Visit } from '../../../topology/walk/index.ts'
import type { Proof, ProvedFlow } from './live.ts'
import { type Case, mendOf, puntReason } from './mend.ts'
import { arrived, isWell, type Traced } from './result.ts'
import { makerText, verdictText } from './verdict-text.ts'
import type { ApiWorld } from './world.ts'

const stageWidth = 11
const margin = ' '.repeat(17)

/** What a flow does that only leads on. */
const onward = /^(?:priority=0 )?actions=goto_table:\d+$/

/** Something was done in vain, and the switch says why. */
const isNoted = (action: string): boolean => / \(.*\)$/.test(action)

const stepText = (world: ApiWorld, { table, flow, actions, maker, matched }: Step): string[] => {
  const stage = world.stage(table, maker?.app).padEnd(stageWidth)
  const text = flow.replace(/^table=\d+,?/, '').trimStart()
  const goesOn = matched && onward.test(text)
  const what = matched ? makerText(maker) : 'no flow matches'
  return [
    `  ${String(table).padStart(2)} ${stage} ${what}${goesOn ? ': goes on' : ''}`,
    ...(matched && !goesOn ? [`${margin}${text}`] : []),
    ...actions.filter(isNoted).map((action) => `${margin}${action}`),
  ]
}

const endText = (end: End): string | undefined => {
  switch (end.is) {
    case 'delivered':
      return `delivered to ${end.port} (port ${end.ofport})`
    case 'back':
      return `back out of the port that it came from: ${describeFrame(end.frame)}`
    case 'tunnelled':
      return `to ${end.to} by ${end.type}, VNI ${end.vni}`
    case 'left':
      return `out of port ${end.name}${end.physical === undefined ? '' : ` to the physical network ${end.physical}`}`
    case 'punted':
      return `to the controller, for ${makerText(end.step?.maker)}`
    case 'dropped':
      return `dropped: ${end.drop || 'without a name'}`
    case 'lost':
      return `lost: ${end.why}`
  }
}

const arrivalText = (world: ApiWorld, { host, ofport, tunnel }: Visit['place']): string => {
  if (tunnel) return `${host}, from ${tunnel.from} by ${tunnel.type}, VNI ${tunnel.vni} (port ${ofport})`
  const port = world.ports.find((one) => one.host === host && one.ofport === ofport)
  return `${host}, from ${port?.id ?? 'outside'} (port ${ofport})`
}

const visitText = (world: ApiWorld, visit: Visit): string[] => [
  arrivalText(world, visit.place),
  ...visit.steps.flatMap((step) => stepText(world, step)),
  ...visit.ends.map((end) => `  => ${endText(end)}`),
  ...visit.leftOut.map((text) => `  (not simulated: ${text})`),
]

const asked = (journey: Journey): string[] => {
  const { question } = journey
  if (!question) return []
  return [`who has ${question.address}? ${question.mac ?? 'nobody answers'}, ${verdictText(question.verdict)}`]
}

/** Every step of a packet. */
export const journeyText = (world: ApiWorld, journey: Journey): string[] => {
  const { question, walk, frame, verdict } = journey
  const unanswered = question !== undefined && question.mac === undefined
  return [
    ...asked(journey),
    ...(unanswered ? question.walk.visits.flatMap((visit) => visitText(world, visit)) : []),
    ...(frame ? [describeFrame(frame)] : []),
    ...walk.visits.flatMap((visit) => visitText(world, visit)),
    verdictText(verdict),
    ...reasonText(world, journey),
  ]
}

/** What hosts that were visited lack, so that what they do may not be what is wanted. */
const doubts = ({ visited }: ApiWorld): string[] =>
  [...visited].flatMap(([host, { inSync, refused }]) => [
    ...(inSync ? [] : [`${host} does not hold yet all that is wanted: this may change in a moment`]),
    ...(refused > 0 ? [`${host} has refused ${refused} flows: heddle doctor says which`] : []),
  ])

const brokenText = ({ broken }: Traced): string[] =>
  broken.map(
    ({ from, to, encapsulation }) =>
      `but the tunnel between ${from} and ${to} by ${encapsulation} carries nothing: no probe comes back (heddle get tunnels)`,
  )

const whatText = ({ protocol, port }: Traced['question']['ask']): string =>
  protocol === 'tcp' || protocol === 'udp' ? `${protocol}/${port}` : protocol

/** Who sent the packet that did not arrive, and to whom: the answer comes from who got the packet. */
const caseOf = (world: ApiWorld, { question, there }: Traced, isBack: boolean): Case => {
  if (!isBack) return { world, from: question.from, asked: question }
  const { from } = question
  const receiver = there.verdict.is === 'delivered' ? world.port(there.verdict.port) : undefined
  const to = { address: question.source.address, mac: undefined, port: from.id }
  return { world, from: receiver ?? from, asked: { ...question, target: from.id, to } }
}

const mendText = (world: ApiWorld, result: Traced): string[] => {
  const { question, there, back } = result
  const isBack = arrived(there.verdict, question.to.port)
  if (isWell(result) || (isBack && !back)) return []
  const mend = mendOf((isBack && back ? back : there).verdict, caseOf(world, result, isBack))
  return mend === undefined ? [] : [`  mend: ${mend}`]
}

/** A short answer: whether the packet arrives, what decides it, and what would mend it. */
export const whyText = (world: ApiWorld, result: Traced): string => {
  const { question, there, back } = result
  const { from, target, to, ask } = question
  const reaches = arrived(there.verdict, to.port)
  const returns = back && arrived(back.verdict, from.id)
  const head = `${from.id} ${reaches ? 'reaches' : 'does not reach'} ${target} by ${whatText(ask)}`
  return [
    `${head}${reaches && returns === false ? ', but hears no answer' : ''}`,
    `  ${verdictText(there.verdict)}`,
    ...reasonText(world, there),
    ...(back ? [`  the answer: ${verdictText(back.verdict)}`] : []),
    ...brokenText(result).map((line) => `  ${line}`),
    ...flowText(there, back, reaches),
    ...mendText(world, result),
    ...doubts(world),
  ].join('\n')
}

/** Why an app is handed the packet. */
const reasonText = (world: ApiWorld, { verdict }: Journey): string[] => {
  const reason = verdict.is === 'punted' ? puntReason(world, verdict.step) : undefined
  return reason === undefined ? [] : [`  ${reason}`]
}

/** The flow that decided, where one did. */
const flowText = (there: Journey, back: Journey | undefined, reaches: boolean): string[] => {
  const verdict = (reaches ? back : there)?.verdict
  const decisive = verdict?.is === 'unresolved' ? verdict.why : verdict
  if (!decisive || !('step' in decisive) || decisive.is === 'answered' || !decisive.step) return []
  return [`  flow: ${decisive.step.flow}`]
}

const countText = ({ expected, grew, others }: ProvedFlow): string =>
  `${grew} of ${expected}${others === 0 ? '' : `, while others cause ${others}`}`

/** Flows that have not counted the probes, and those that did in their place. */
const differences = (world: ApiWorld, { flows, instead }: Proof): string[] => [
  ...flows
    .filter(({ grew, expected }) => grew < expected)
    .map((one) => `  ${one.host} table ${one.flow.table}: ${makerText(one.flow)}, counted ${countText(one)}`),
  ...instead.flatMap(({ host, flow }) => [
    `  ${host} table ${flow.table} ${world.stage(flow.table, flow.app)}: ${makerText(flow)}, counted them instead`,
    `    ${flow.text}`,
  ]),
]

/** What the real switches did, host by host. */
const proofText = (world: ApiWorld, proof: Proof): string[] => {
  const { sent, flows, out, agrees } = proof
  const hosts = [...new Set(flows.map(({ host }) => host))]
  const busy = flows.filter(({ others }) => others > 0)
  return [
    '',
    `live: ${sent} packets sent, ${agrees ? 'and the switches did what was computed' : 'and the switches did something else'}`,
    ...hosts.map((host) => {
      const here = flows.filter((one) => one.host === host)
      return `  ${host}: ${here.filter(({ grew, expected }) => grew >= expected).length} of ${here.length} flows counted them`
    }),
    ...(out ? [`  ${out.host}: port ${out.port} sent ${out.grew} packets`] : []),
    ...differences(world, proof),
    ...(busy.length === 0 ? [] : [`  ${busy.length} flows count packets of others, too: what they say is no proof`]),
  ]
}

/** All steps there and back. */
export const traceText = (world: ApiWorld, result: Traced): string => {
  const {
    question: { from, target, ask },
    there,
    back,
    proof,
  } = result
  return [
    `${from.id} to ${target}, ${whatText(ask)}`,
    ...journeyText(world, there),
    ...(back ? ['', 'the answer', ...journeyText(world, back)] : []),
    ...brokenText(result),
    ...(proof ? proofText(world, proof) : []),
    ...doubts(world),
  ].join('\n')
}
