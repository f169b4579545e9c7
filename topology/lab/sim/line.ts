import { connect, type NetConnectOpts, type Socket } from 'node:net'

interface LineEvents {
  readonly connected: (socket: Socket) => void
  readonly state: (isConnected: boolean) => void
}

/** Milliseconds until the next attempt, at first. */
const firstPause = 1_000

/**
 * Where `ovs-vsctl set-controller` and `set-manager` have one connect to.
 *
 * @param port where the target names none
 */
const addressIn = (target: string, port: number): NetConnectOpts | undefined => {
  const [, path] = /^unix:(.+)$/.exec(target) ?? []
  if (path !== undefined) return { path }
  const [, host = '', given] = /^tcp:(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(target) ?? []
  if (host === '') return undefined
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(given ?? port), noDelay: true }
}

/** A connection that is made again whenever it ends, as ovs-vswitchd(8) does. */
class Line {
  private readonly address: NetConnectOpts | undefined
  private readonly events: LineEvents
  private readonly longestPause: number
  private pause = firstPause
  private socket: Socket | undefined
  private timer: NodeJS.Timeout | undefined
  private isOver = false

  /** @param longestPause milliseconds between attempts at the most */
  constructor(target: string, port: number, events: LineEvents, longestPause: number) {
    this.address = addressIn(target, port)
    this.events = events
    this.longestPause = longestPause
    if (this.address) this.dial(this.address)
  }

  close(): void {
    this.isOver = true
    clearTimeout(this.timer)
    this.socket?.destroy()
  }

  private dial(address: NetConnectOpts): void {
    const socket = connect(address)
    this.socket = socket
    socket.once('connect', () => {
      this.pause = firstPause
      this.events.connected(socket)
      this.events.state(true)
    })
    // It is followed by a close.
    socket.on('error', () => undefined)
    socket.once('close', () => {
      if (this.isOver) return
      this.events.state(false)
      this.timer = setTimeout(() => this.dial(address), this.pause)
      this.pause = Math.min(2 * this.pause, this.longestPause)
    })
  }
}

/** Where to connect, and the most milliseconds between attempts. */
export interface Target {
  readonly target: string
  readonly longestPause: number
}

/** Connections to several targets. */
export class Lines {
  private readonly port: number
  private readonly connected: LineEvents['connected']
  private readonly changed: () => void
  private readonly lines = new Map<string, Line>()
  private readonly up = new Set<string>()

  /**
   * @param port where a target names none
   * @param changed is told when a connection comes or goes
   */
  constructor(port: number, connected: LineEvents['connected'], changed: () => void) {
    this.port = port
    this.connected = connected
    this.changed = changed
  }

  isConnected(target: string): boolean {
    return this.up.has(target)
  }

  /** Connects to those that are new, and ends the others. */
  update(targets: readonly Target[]): void {
    for (const [target, line] of [...this.lines]) {
      if (targets.some((one) => one.target === target)) continue
      line.close()
      this.lines.delete(target)
      this.up.delete(target)
    }
    for (const { target, longestPause } of targets) {
      if (!this.lines.has(target)) this.lines.set(target, this.open(target, longestPause))
    }
  }

  close(): void {
    this.update([])
  }

  private open(target: string, longestPause: number): Line {
    const state = (isConnected: boolean): void => {
      if (isConnected) this.up.add(target)
      else this.up.delete(target)
      this.changed()
    }
    return new Line(target, this.port, { connected: this.connected, state }, longestPause)
  }
}
