import type { Ip } from './ip.ts'

/** Milliseconds between questions, and how many there are, as in Linux. */
const askEvery = 1_000
const questions = 3
/** Milliseconds for which an answer is good. */
const goodFor = 60_000

type Resolved = (mac: number) => void

interface Question {
  readonly waiting: Resolved[]
  readonly timer: NodeJS.Timeout
}

/** Packets that wait for one neighbour. */
const mostWaiting = 100

/** The Ethernet addresses of a card's neighbours: asked for when needed, and learned as Linux does. */
export class Neighbours {
  private readonly ask: (ip: Ip) => void
  private readonly known = new Map<Ip, { readonly mac: number; readonly until: number }>()
  private readonly asked = new Map<Ip, Question>()

  /** @param ask sends a question */
  constructor(ask: (ip: Ip) => void) {
    this.ask = ask
  }

  /** Undefined where it is not known. */
  get(ip: Ip): number | undefined {
    const found = this.known.get(ip)
    if (found && found.until > performance.now()) return found.mac
    this.known.delete(ip)
    return undefined
  }

  /** Calls `then` once the address is known; never where nobody answers. */
  resolve(ip: Ip, then: Resolved): void {
    const mac = this.get(ip)
    if (mac !== undefined) then(mac)
    else this.wait(ip, then)
  }

  /**
   * Somebody says that it has an address.
   *
   * @param isForUs whether it was said to us; what is said to all changes what is known, and adds nothing
   */
  learn(ip: Ip, mac: number, isForUs: boolean): void {
    const question = this.asked.get(ip)
    if (!isForUs && !question && this.get(ip) === undefined) return
    this.known.set(ip, { mac, until: performance.now() + goodFor })
    this.asked.delete(ip)
    clearInterval(question?.timer)
    for (const then of question?.waiting ?? []) then(mac)
  }

  /** Forgets what is known, and what is waited for. */
  clear(): void {
    for (const { timer } of this.asked.values()) clearInterval(timer)
    this.asked.clear()
    this.known.clear()
  }

  private wait(ip: Ip, then: Resolved): void {
    const question = this.asked.get(ip)
    if (question) {
      if (question.waiting.length < mostWaiting) question.waiting.push(then)
      return
    }
    let sent = 1
    const timer = setInterval(() => {
      if (sent++ < questions) return this.ask(ip)
      clearInterval(timer)
      this.asked.delete(ip)
    }, askEvery)
    this.asked.set(ip, { waiting: [then], timer })
    this.ask(ip)
  }
}
