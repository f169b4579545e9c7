// An address that is at another host now is announced there, so that the physical network learns where it is.
import { packet, siteKey } from '../../../controller/index.ts'
import { type Context, sendOutside } from './learning.ts'

/**
 * An announcement of the host before may come later than the first of the new one, and any may be lost:
 * the last word is had by saying it again, a second apart.
 */
const times = 3
/** Announcements sent in a second, beside the first of each address. */
const perSecond = 1_000

const announce = (key: string, context: Context): boolean => {
  const { attachments, outsides } = context.collections
  const outside = outsides.get(key)
  const attachment = outside?.dpid === undefined ? undefined : attachments.get(siteKey(outside.network, outside.dpid))
  if (!outside || !attachment) return false
  sendOutside(context, attachment, packet.announcementFrame(outside))
  return true
}

/** An address outside has come to a host. */
export const begin = (key: string, context: Context): void => {
  if (announce(key, context)) context.collections.announcements.set(key, times - 1)
}

/** Once a second. */
export const repeat = (context: Context): void => {
  const { announcements } = context.collections
  let sent = 0
  for (const [key, left] of [...announcements.entries()]) {
    if (sent++ >= perSecond) return
    if (announce(key, context) && left > 1) announcements.set(key, left - 1)
    else announcements.delete(key)
  }
}
