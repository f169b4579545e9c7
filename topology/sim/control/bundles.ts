import { BundleControlType } from '../../../controller/openflow/experimenter/bundle-control.ts'
import type { Message, MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import { encodeMessage } from '../../../controller/openflow/messages/messages.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { Journal } from '../journal.ts'
import { isMod } from '../mods.ts'
import { Refusal } from '../refusal.ts'
import type { Connection } from './connection.ts'
import type { Handlers } from './handlers.ts'
import { packetOut } from './packets.ts'
import { refusalReply } from './refusal-reply.ts'

/** Milliseconds without a message after which an open bundle is dropped, as in Open vSwitch. */
const idle = 10_000

interface Bundle {
  readonly flags: number
  readonly messages: Message[]
  closed: boolean
  /** Ends the waiting for its end. */
  stop: () => void
}

const { OPEN_REQUEST, CLOSE_REQUEST, COMMIT_REQUEST, DISCARD_REQUEST } = BundleControlType

/** The bundles that a connection has open (ONF extension 230). */
export class Bundles {
  private readonly connection: Connection
  private readonly bundles = new Map<number, Bundle>()

  constructor(connection: Connection) {
    this.connection = connection
  }

  clear(): void {
    for (const id of [...this.bundles.keys()]) this.drop(id)
  }

  private drop(id: number): void {
    this.bundles.get(id)?.stop()
    this.bundles.delete(id)
  }

  private touch(id: number, bundle: Bundle): Bundle {
    bundle.stop()
    bundle.stop = this.connection.sw.clock.after(idle, () => this.drop(id))
    return bundle
  }

  private open(id: number, flags: number): Bundle {
    const bundle: Bundle = { flags, messages: [], closed: false, stop: () => {} }
    this.bundles.set(id, bundle)
    return this.touch(id, bundle)
  }

  private get(id: number, flags: number): Bundle {
    const bundle = this.bundles.get(id)
    if (!bundle) throw new Refusal('OFPBFC_BAD_ID', `bundle ${id}`)
    if (bundle.flags !== flags) {
      this.drop(id)
      throw new Refusal('OFPBFC_BAD_FLAGS', `bundle ${id} was opened with flags ${bundle.flags}`)
    }
    return this.touch(id, bundle)
  }

  /** Puts a message into a bundle, which need not be open yet. */
  add({ bundleId, flags, message, xid }: MessageNamed<'bundleAdd'>): void {
    if (message.xid !== xid) throw new Refusal('OFPBFC_MSG_BAD_XID', `xid ${message.xid} in ${xid}`)
    if (!isMod(message) && message.type !== 'packetOut') throw new Refusal('OFPBFC_MSG_UNSUP', message.type)
    const bundle = this.bundles.has(bundleId) ? this.get(bundleId, flags) : this.open(bundleId, flags)
    if (bundle.closed) throw new Refusal('OFPBFC_BUNDLE_CLOSED', `bundle ${bundleId}`)
    bundle.messages.push(message)
  }

  control({ bundleId, control, flags }: MessageNamed<'bundleControl'>): void {
    if (control === OPEN_REQUEST) {
      if (this.bundles.has(bundleId)) {
        this.drop(bundleId)
        throw new Refusal('OFPBFC_BAD_ID', `bundle ${bundleId} is open`)
      }
      this.open(bundleId, flags)
    } else if (control === CLOSE_REQUEST) {
      const bundle = this.get(bundleId, flags)
      if (bundle.closed) throw new Refusal('OFPBFC_BUNDLE_CLOSED', `bundle ${bundleId}`)
      bundle.closed = true
    } else if (control === COMMIT_REQUEST) {
      const { messages } = this.get(bundleId, flags)
      this.drop(bundleId)
      this.commit(messages)
    } else if (control === DISCARD_REQUEST) {
      if (!this.bundles.has(bundleId)) throw new Refusal('OFPBFC_BAD_ID', `bundle ${bundleId}`)
      this.drop(bundleId)
    } else throw new Refusal('OFPBFC_BAD_TYPE', `bundle control ${control}`)
  }

  /** Does all that the messages say, or nothing: then the error of the one that failed is sent, and one for all. */
  private commit(messages: readonly Message[]): void {
    const { connection } = this
    const journal = new Journal()
    for (const message of messages) {
      try {
        if (isMod(message)) connection.sw.apply(message, journal, { connection, xid: message.xid })
        else if (message.type === 'packetOut') journal.after(() => packetOut(connection, message))
      } catch (error) {
        journal.rollBack()
        this.failed(error, message)
      }
    }
    journal.commit()
  }

  private failed(error: unknown, message: Message): never {
    const bytes = encodeMessage(message)
    if (error instanceof Refusal) this.connection.raw(refusalReply(error, bytes))
    else if (error instanceof ProtocolError) this.connection.refuse(error, bytes)
    else throw error
    throw new Refusal('OFPBFC_MSG_FAILED', error.message)
  }
}

export const bundleHandlers = {
  bundleAdd: (connection, message) => connection.bundles.add(message),
  bundleControl(connection, message) {
    connection.bundles.control(message)
    const { xid, bundleId, flags, control } = message
    // A reply's number follows its request's.
    connection.send({ type: 'bundleControl', xid, bundleId, control: control + 1, flags })
  },
} satisfies Handlers
