import { echoRest, ipFrame, type Packet, parsePacket } from '../../../controller/packet/index.ts'
import { Card, type CardSettings } from './card.ts'
import { type Echo, echoIn, encodeEcho } from './echo.ts'
import { type Ip, isLinkLocal, isWithin, sameFamily } from './ip.ts'

/** The answer to a ping. */
export interface Answered {
  /** Milliseconds there and back. */
  readonly ms: number
}

/** Milliseconds between requests. */
const pingEvery = 250
/** Bytes that an echo carries, as ping(8) has it. */
const payload = Uint8Array.from({ length: 56 }, (_, index) => index)

/** A machine that knows as much of IP as it takes to be reached and to ping others. */
export class Station {
  private readonly cards: readonly Card[]
  private readonly behind: ReadonlySet<Ip>
  private readonly pings = new Map<number, (source: Ip) => void>()
  private nextPing = 1

  /** @param behind addresses that are its own, and on none of its cards */
  constructor(cards: readonly CardSettings[], behind: readonly Ip[] = []) {
    this.cards = cards.map((settings) => new Card(settings))
    this.behind = new Set(behind)
    for (const card of this.cards) card.settings.end.take = (frame) => this.take(card, frame)
  }

  close(): void {
    for (const { neighbours } of this.cards) neighbours.clear()
  }

  /** The Ethernet address that it knows for one of IP. */
  neighbour(ip: Ip): number | undefined {
    for (const { neighbours } of this.cards) {
      const mac = neighbours.get(ip)
      if (mac !== undefined) return mac
    }
    return undefined
  }

  /**
   * Asks for an echo, four times a second.
   *
   * @param deadline milliseconds
   * @param once whether it asks once only
   * @returns undefined where nothing came back, or there is no way there
   */
  ping(target: Ip, deadline: number, once = false): Promise<Answered | undefined> {
    if (this.isOwn(target)) return Promise.resolve({ ms: 0 })
    const way = this.wayTo(target)
    const source = way?.card.sourceFor(target)
    if (!way || source === undefined) return Promise.resolve(undefined)
    const identifier = this.nextPing
    this.nextPing = (this.nextPing % 0xffff) + 1
    return new Promise((resolve) => {
      let sent = performance.now()
      let sequence = 0
      const ask = (): void => {
        sent = performance.now()
        this.echo(source, target, { isReply: false, rest: echoRest(identifier, ++sequence), payload })
      }
      const end = (answered?: Answered): void => {
        clearInterval(interval)
        clearTimeout(timer)
        this.pings.delete(identifier)
        resolve(answered)
      }
      const interval = once ? undefined : setInterval(ask, pingEvery)
      const timer = setTimeout(end, deadline)
      this.pings.set(identifier, (from) => {
        if (from === target) end({ ms: performance.now() - sent })
      })
      ask()
    })
  }

  private isOwn(ip: Ip, card?: Card): boolean {
    if (isLinkLocal(ip)) return (card ? [card] : this.cards).some(({ linkLocal }) => linkLocal === ip)
    return this.behind.has(ip) || this.cards.some(({ ips }) => ips.includes(ip))
  }

  /** The card and the next machine on the way to an address; by the first card with a gateway where it is not near. */
  private wayTo(target: Ip): { readonly card: Card; readonly next: Ip } | undefined {
    const isNear = ({ settings }: Card): boolean => settings.addresses.some((one) => isWithin(target, one))
    const near = this.cards.find((card) => isLinkLocal(target) || isNear(card))
    if (near) return { card: near, next: target }
    for (const card of this.cards) {
      const next = card.settings.gateways.find((ip) => sameFamily(ip, target))
      if (next !== undefined) return { card, next }
    }
    return undefined
  }

  private echo(src: Ip, dst: Ip, echo: Echo, arrivedAt?: Card): void {
    const way = arrivedAt && isLinkLocal(dst) ? { card: arrivedAt, next: dst } : this.wayTo(dst)
    way?.card.neighbours.resolve(way.next, (mac) => {
      const link = { src: way.card.settings.mac, dst: mac }
      way.card.send(ipFrame(link, { src, dst }, ...encodeEcho(echo, { src, dst })))
    })
  }

  private take(card: Card, frame: Uint8Array): void {
    const packet = parsePacket(frame)
    const { eth } = packet
    // What is tagged is for none of its cards.
    if (!eth || eth.tags.length > 0 || !card.takes(eth.dst)) return
    const isOwn = (ip: Ip): boolean => this.isOwn(ip, card)
    card.answerArp(packet, isOwn)
    card.answerNeighbor(packet, isOwn)
    this.takeEcho(card, packet)
  }

  private takeEcho(card: Card, packet: Packet): void {
    const echo = echoIn(packet)
    if (!echo || !this.isOwn(echo.dst, card)) return
    if (echo.isReply) this.pings.get(Math.floor(echo.rest / 0x1_0000))?.(echo.src)
    else this.echo(echo.dst, echo.src, { ...echo, isReply: true }, card)
  }
}
