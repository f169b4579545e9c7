import { connect } from 'node:net'
import { FakeSwitch, type Tally } from '../support/fake-switch.ts'
import type { Order } from './fleet.ts'

// Fake switches, in a process of their own so that they take no time from the controller's.

const tally: Tally = { asked: 0, flowMods: 0, commits: 0 }
/** Open vSwitch tries again after a second. */
const backoff = 1_000

const start = (port: number, dpid: bigint): void => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.once('connect', () => new FakeSwitch(socket, dpid, tally))
  socket.on('error', () => undefined)
  socket.once('close', () => setTimeout(() => start(port, dpid), backoff))
}

process.on('message', (order: Order) => {
  if (order.type === 'start') for (let at = 1; at <= order.count; at++) start(order.port, BigInt(at))
  process.send?.(tally)
})
process.on('disconnect', () => process.exit())
