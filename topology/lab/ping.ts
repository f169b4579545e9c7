import { CommandError, run } from '../ovs/shell.ts'
import type { AssignedCard, LabFacts } from './folder.ts'
import { inNamespace } from './ip.ts'
import { namespaceOf } from './names.ts'
import { inParallel } from './parallel.ts'

/** Whether one container reaches an address of another. */
export interface Pair {
  readonly from: string
  readonly to: string
  readonly address: string
  /** They have a network in common, or a router joins theirs. */
  readonly expected: boolean
  readonly reached: boolean
  /** There and back; null where nothing came back. */
  readonly ms: number | null
}

/** A ping that a container is asked for. */
export interface Asked {
  readonly from: string
  readonly address: string
  /** Until it is given up. */
  readonly seconds: number
  readonly wantsNeighbour: boolean
  /** Of a simulated container: it asks once only, not four times a second. */
  readonly once?: true
}

/** What came of it. */
export interface Answer {
  /** There and back; null where nothing came back. */
  readonly ms: number | null
  /** The Ethernet address that the container knows for the address. */
  readonly neighbour: string | null
}

/** Has containers ping, and tells what came of each in the same order. */
export type Asker = (asked: readonly Asked[]) => Promise<readonly Answer[]>

/** Most of them wait for answers. */
const atOnce = 96

interface Question {
  readonly from: string
  readonly to: string
  readonly target: AssignedCard
  readonly address: string
  readonly expected: boolean
  /** Others have this address, too. */
  readonly shared: boolean
  /** They have a network in common: the Ethernet address says who answers. */
  readonly near: boolean
  /** The asker has this address itself. */
  readonly own: boolean
}

type Cards = NonNullable<LabFacts['cards']>

const withoutPrefix = (address: string): string => address.replace(/\/.*/, '')

const addressesOf = (cards: readonly AssignedCard[]): string[] =>
  cards.flatMap(({ addresses }) => addresses.map(withoutPrefix))

const questionsOf = (cards: Cards): Question[] => {
  const all = Object.values(cards).flatMap(addressesOf)
  const names = Object.keys(cards)
  return names.flatMap((from) => {
    const ours = cards[from] ?? []
    const own = addressesOf(ours)
    const networks = ours.map(({ network }) => network)
    const joined = ours.flatMap((card) => card.joined)
    const ask = (to: string): Question[] =>
      (cards[to] ?? []).flatMap((target) =>
        target.addresses.map(withoutPrefix).map((address, index) => {
          const near = networks.includes(target.network)
          return {
            ...{ from, to, target, address, near, own: own.includes(address) },
            expected: near || joined.includes(target.subnets[index] ?? ''),
            shared: all.filter((one) => one === address).length > 1,
          }
        }),
      )
    return names.filter((to) => to !== from).flatMap(ask)
  })
}

/** Milliseconds; undefined where nothing came back within `seconds`. */
const pingOnce = async (namespace: string, address: string, seconds: number): Promise<number | undefined> => {
  const options = ['-n', '-c', '1', '-i', '0.25', '-w', String(seconds)]
  try {
    const printed = await run('ip', ['netns', 'exec', namespace, 'ping', ...options, address])
    return Number(/time=([\d.]+) ms/.exec(printed)?.[1])
  } catch (error) {
    // ping(8): 1 is no answer, 2 is no way there.
    if (error instanceof CommandError && (error.code === 1 || error.code === 2)) return undefined
    throw error
  }
}

/** The Ethernet address that a container knows for one of IP. */
const neighbour = async (namespace: string, address: string): Promise<string | undefined> => {
  const printed = await inNamespace(namespace, 'ip', 'neighbor', 'show', 'to', address)
  return /lladdr (\S+)/.exec(printed)?.[1]
}

/**
 * Seconds. Packets may be lost while neighbours are asked for, and a busy machine is slow; what is not expected needs no
 * second try.
 */
const patience = { expected: 5, unexpected: 1 } as const

const secondsFor = ({ expected }: Question): number => (expected ? patience.expected : patience.unexpected)

/** Asks from inside the network namespaces of a lab. */
export const namespaceAsker =
  (lab: string): Asker =>
  (asked) =>
    inParallel(asked, atOnce, async ({ from, address, seconds, wantsNeighbour }) => {
      const namespace = namespaceOf(lab, from)
      const ms = (await pingOnce(namespace, address, seconds)) ?? null
      const found = ms !== null && wantsNeighbour ? await neighbour(namespace, address) : undefined
      return { ms, neighbour: found ?? null }
    })

/** Of several that have the address, a neighbour is known by its Ethernet address, and a router leads to that of its own. */
const isMeant = ({ shared, near, expected, target }: Question, answer: Answer): boolean => {
  if (!shared) return true
  return near ? answer.neighbour === target.mac : expected
}

const pairOf = (question: Question, answer: Answer | undefined): Pair => {
  const { from, to, address, expected } = question
  const ms = answer && isMeant(question, answer) ? answer.ms : null
  return { from, to, address, expected, reached: ms !== null, ms }
}

/**
 * Pings from every container every address of every other one. An address that several have counts
 * as reached only where the one that is meant answers.
 */
export const pingAll = async (lab: string, cards: Cards, ask: Asker = namespaceAsker(lab)): Promise<Pair[]> => {
  const questions = questionsOf(cards)
  const others = questions.filter(({ own }) => !own)
  const asked = others.map((question) => ({
    ...{ from: question.from, address: question.address, seconds: secondsFor(question) },
    wantsNeighbour: question.shared && question.near,
  }))
  const answers = await ask(asked)
  const answerTo = new Map(others.map((question, index) => [question, answers[index]]))
  return questions.map((question) => pairOf(question, answerTo.get(question)))
}

/** Pairs that are not as they should be. */
export const surprises = (pairs: readonly Pair[]): Pair[] =>
  pairs.filter(({ expected, reached }) => expected !== reached)
