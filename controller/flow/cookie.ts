/**
 * What a flow's cookie says: 64 bits = epoch 16 | app 16 | unit 32. The epoch marks flows as this
 * controller's; the app and unit lead back to what made the flow. All are derived from names, so
 * that a controller that starts again finds its own flows.
 */
export interface Cookie {
  /** 1 to 65535 */
  readonly epoch: number
  readonly app: number
  readonly unit: number
}

const bits16 = 0xffff

export const cookieHigh = ({ epoch, app }: Cookie): number => epoch * 0x1_0000 + app

/** The cookie as a message holds it. */
export const encodeCookie = (cookie: Cookie): bigint => (BigInt(cookieHigh(cookie)) << 32n) | BigInt(cookie.unit)

export const decodeCookie = (cookie: bigint): Cookie => ({
  epoch: Number(cookie >> 48n) & bits16,
  app: Number((cookie >> 32n) & 0xffffn),
  unit: Number(cookie & 0xffff_ffffn),
})

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}

/** The number of an app in cookies, 1 to 65535. */
export const appNumber = (name: string): number => (hash(name) % bits16) + 1

/**
 * The number of a unit (one rule for one object) in its app's cookies. Among a million units some
 * two may share a number: a cookie then leads to both.
 */
export const unitNumber = (rule: string, object: string): number =>
  Math.min(hash(`${rule}\n${object}`), learnedUnit - 1)

/** The number of flows that a switch makes by itself, as a flow of the app has told it to: no unit has it. */
export const learnedUnit = 0xffff_ffff

/** Whether a switch made a flow by itself. */
export const isLearned = (cookie: bigint): boolean => Number(cookie & 0xffff_ffffn) === learnedUnit
