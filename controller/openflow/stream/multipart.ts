import type { Message } from '../messages/messages.ts'
import { MultipartFlags } from '../multipart/header.ts'
import { ProtocolError } from '../wire/errors.ts'

/** How much of unfinished replies is held. What goes beyond is dropped, whole replies at a time. */
export interface JoinLimits {
  /** Bytes on the wire of all unfinished replies together: 16 MiB unless given, which decoded may take ten times as much. */
  readonly bytes: number
  /** Parts of one reply: 65536 unless given. */
  readonly parts: number
  /** Replies begun and not finished: 256 unless given. */
  readonly open: number
}

export const defaultJoinLimits: JoinLimits = { bytes: 16 * 1024 * 1024, parts: 65536, open: 256 }

/** Transaction ids remembered of replies that were dropped, so that their last parts are too. */
const rememberedDropped = 4096

type Part = Message & { readonly flags: number }

interface Open {
  readonly type: Message['type']
  /** The member that the parts share out, and its pieces. */
  readonly key: string
  readonly pieces: unknown[]
  bytes: number
  parts: number
}

const isList = (value: unknown): boolean =>
  value instanceof Uint8Array || (Array.isArray(value) && value.every((item) => typeof item === 'object'))

/** The name of the one member of a part that is a list of entries, or bytes. */
const listMember = (part: Part): string => {
  const [key, ...others] = Object.entries(part)
    .filter(([, value]) => isList(value))
    .map(([name]) => name)
  if (key !== undefined && others.length === 0) return key
  throw new ProtocolError('OFPBRC_BAD_MULTIPART', `a ${part.type} comes in one part`)
}

const memberOf = (part: Part, key: string): unknown => (part as unknown as Record<string, unknown>)[key]

const append = (open: Open, part: Part, bytes: number): void => {
  const member = memberOf(part, open.key)
  if (member instanceof Uint8Array) open.pieces.push(member)
  else for (const item of member as readonly unknown[]) open.pieces.push(item)
  open.bytes += bytes
  open.parts++
}

const concatenate = (pieces: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

const joined = (open: Open, last: Part): Message => {
  const member = memberOf(last, open.key) instanceof Uint8Array ? concatenate(open.pieces as Uint8Array[]) : open.pieces
  return { ...last, [open.key]: member }
}

/**
 * Joins the parts of multipart replies (OFPMPF_REPLY_MORE, OpenFlow 1.3.5 §7.3.5). Parts of replies
 * with different transaction ids may come interleaved.
 */
export class MultipartJoiner {
  private readonly limits: JoinLimits
  private readonly replies = new Map<number, Open>()
  private readonly dropped = new Set<number>()
  private bytes = 0

  constructor(limits: Partial<JoinLimits> = {}) {
    this.limits = { ...defaultJoinLimits, ...limits }
  }

  /** Bytes on the wire of the unfinished replies. */
  get heldBytes(): number {
    return this.bytes
  }

  /** How many replies are unfinished. */
  get openReplies(): number {
    return this.replies.size
  }

  /**
   * Takes a multipart reply of `bytes` bytes on the wire.
   *
   * @returns the whole reply when this was its last part. Its entries are those of all parts, so it
   *   may be too long to be encoded again.
   * @throws ProtocolError where the part does not belong to what its transaction id began, or a
   *   limit is passed; the rest of that reply is then dropped in silence
   */
  add(part: Part, bytes: number): Message | undefined {
    const last = (part.flags & MultipartFlags.MORE) === 0
    if (this.dropped.has(part.xid)) {
      if (last) this.dropped.delete(part.xid)
      return undefined
    }
    const open = this.replies.get(part.xid)
    if (!open && last) return part
    try {
      return this.collect(open ?? this.begin(part), part, bytes, last)
    } catch (error) {
      this.discard(part.xid)
      if (!last) this.remember(part.xid)
      throw error
    }
  }

  /** Forgets the parts of a reply that nobody waits for any more. */
  discard(xid: number): void {
    this.bytes -= this.replies.get(xid)?.bytes ?? 0
    this.replies.delete(xid)
    this.dropped.delete(xid)
  }

  private begin(part: Part): Open {
    const open = { type: part.type, key: listMember(part), pieces: [], bytes: 0, parts: 0 }
    if (this.replies.size >= this.limits.open) throw this.overflow(`${this.limits.open} unfinished replies`)
    this.replies.set(part.xid, open)
    return open
  }

  private collect(open: Open, part: Part, bytes: number, last: boolean): Message | undefined {
    if (open.type !== part.type) {
      throw new ProtocolError('OFPBRC_BAD_MULTIPART', `a part of ${part.type} inside a ${open.type}`)
    }
    if (open.parts >= this.limits.parts) throw this.overflow(`${open.parts} parts`)
    if (this.bytes + bytes > this.limits.bytes) throw this.overflow(`${this.bytes} bytes`)
    append(open, part, bytes)
    this.bytes += bytes
    if (!last) return undefined
    this.discard(part.xid)
    return joined(open, part)
  }

  private overflow(held: string): ProtocolError {
    return new ProtocolError('OFPBRC_MULTIPART_BUFFER_OVERFLOW', `${held} are held already`)
  }

  private remember(xid: number): void {
    this.dropped.add(xid)
    if (this.dropped.size <= rememberedDropped) return
    for (const oldest of this.dropped) {
      this.dropped.delete(oldest)
      return
    }
  }
}
