import { isDeepStrictEqual as isSame } from 'node:util'
import type { BindingFact } from './observer.ts'

/** An interface that says that it carries a port. */
interface Candidate {
  fact: BindingFact
  /** Known from before the controller started, and not reported since. */
  remembered: boolean
  /** Was known from before the controller started, and has been reported since. */
  confirmed: boolean
  /** Was there when its host first connected: nobody knows for how long. */
  readonly found: boolean
}

/** Told where a port was bound before and is now; it may not throw. */
export type BindingChanged = (portId: string, before: BindingFact | undefined, now: BindingFact | undefined) => void

/** How an interface came to be seen: it appeared, or was there when its host first connected. */
export type Seen = 'appeared' | 'found'

/**
 * Which interface carries each port, over all hosts. While a container moves, two interfaces say
 * that they do: the last to appear has the port, and when it goes the other one has it again.
 */
export class Bindings {
  private readonly changed: BindingChanged
  /** By port, the last one has it. */
  private readonly candidates = new Map<string, Candidate[]>()
  /** By host, the ports of its interfaces by name. */
  private readonly ports = new Map<string, Map<string, string>>()

  /** @param remembered what was bound when the controller ended */
  constructor(changed: BindingChanged, remembered: Iterable<readonly [portId: string, binding: BindingFact]>) {
    this.changed = changed
    for (const [portId, fact] of remembered) {
      this.candidates.set(portId, [{ fact, remembered: true, confirmed: false, found: false }])
      this.portsOf(fact.host).set(fact.interface, portId)
    }
  }

  /** The interface that has a port. */
  winner(portId: string): BindingFact | undefined {
    return this.candidates.get(portId)?.at(-1)?.fact
  }

  /** Whether this interface has the port that it says it carries. */
  holds(host: string, name: string): boolean {
    const portId = this.ports.get(host)?.get(name)
    const winner = portId === undefined ? undefined : this.winner(portId)
    return winner?.host === host && winner.interface === name
  }

  private portOf(host: string, name: string): string | undefined {
    return this.ports.get(host)?.get(name)
  }

  /** An interface says that it carries a port. */
  put(portId: string, fact: BindingFact, seen: Seen): void {
    const before = this.portOf(fact.host, fact.interface)
    if (before !== undefined && before !== portId) this.drop(fact.host, fact.interface)
    this.portsOf(fact.host).set(fact.interface, portId)
    this.change(portId, (all) => {
      const known = all.find((one) => isFrom(one, fact.host, fact.interface))
      if (known) confirm(all, known, fact)
      else enter(all, { fact, remembered: false, confirmed: false, found: seen === 'found' })
    })
  }

  /** An interface has gone, or carries no port any more. */
  drop(host: string, name: string): void {
    const ports = this.ports.get(host)
    const portId = ports?.get(name)
    if (portId === undefined) return
    ports?.delete(name)
    if (ports?.size === 0) this.ports.delete(host)
    this.change(portId, (all) => {
      const at = all.findIndex((one) => isFrom(one, host, name))
      if (at >= 0) all.splice(at, 1)
    })
  }

  /** The host has reported all its interfaces: what was remembered of it and is not among them has gone. */
  settle(host: string): void {
    for (const [name, portId] of [...(this.ports.get(host) ?? [])]) {
      const known = this.candidates.get(portId)?.find((one) => isFrom(one, host, name))
      if (known?.remembered) this.drop(host, name)
    }
  }

  /** The host is no more, with all its interfaces. */
  forget(host: string): void {
    for (const name of [...(this.ports.get(host)?.keys() ?? [])]) this.drop(host, name)
  }

  private portsOf(host: string): Map<string, string> {
    const known = this.ports.get(host)
    if (known) return known
    const ports = new Map<string, string>()
    this.ports.set(host, ports)
    return ports
  }

  /** Changes who says that they carry a port, and tells where it is bound then. */
  private change(portId: string, work: (all: Candidate[]) => void): void {
    const all = this.candidates.get(portId) ?? []
    const before = all.at(-1)?.fact
    work(all)
    if (all.length === 0) this.candidates.delete(portId)
    else this.candidates.set(portId, all)
    const now = all.at(-1)?.fact
    if (!isSame(before, now)) this.changed(portId, before, now)
  }
}

const isFrom = ({ fact }: Candidate, host: string, name: string): boolean =>
  fact.host === host && fact.interface === name

/** The last to appear is the last; one that was found goes below the one that had the port before the start. */
const enter = (all: Candidate[], candidate: Candidate): void => {
  const last = all.at(-1)
  if (candidate.found && last?.confirmed) all.splice(-1, 0, candidate)
  else all.push(candidate)
}

/** One that had the port before the start has it again, unless another has appeared since. */
const confirm = (all: Candidate[], known: Candidate, fact: BindingFact): void => {
  known.fact = fact
  if (!known.remembered) return
  known.remembered = false
  known.confirmed = true
  const at = all.indexOf(known)
  if (all.slice(at + 1).every(({ found }) => found)) all.push(...all.splice(at, 1))
}
