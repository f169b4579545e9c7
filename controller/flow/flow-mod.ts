import { FlowModCommand, Group, NO_BUFFER, Port, type Slab } from '../openflow/index.ts'
import { effectHead, type Flow, keyHead } from './flow.ts'

/** Version 4, type 14; the length is the low 16 bits. */
const flowModWord = 0x040e0000
/** Version 4, type 4. */
const experimenterWord = 0x04040000
const ONF = 0x4f4e4600
const bundleAddMessage = 2301
const bundleHeader = 24
const fixed = 48

/** Deletions say which flow, not what it does. */
const isDelete = (command: number): boolean =>
  command === FlowModCommand.DELETE || command === FlowModCommand.DELETE_STRICT

const padded = (length: number): number => (length + 7) & ~7

/** A bundle that messages are added to. */
export interface Bundle {
  readonly id: number
  readonly flags: number
}

/** Writes the header of a bundle-add for a message of `length` bytes. */
export const writeBundleHeader = (slab: Slab, bundle: Bundle, xid: number, length: number): void => {
  const at = slab.reserve(bundleHeader)
  const { view } = slab
  view.setUint32(at, experimenterWord | (bundleHeader + length))
  view.setUint32(at + 4, xid)
  view.setUint32(at + 8, ONF)
  view.setUint32(at + 12, bundleAddMessage)
  view.setUint32(at + 16, bundle.id)
  view.setUint32(at + 20, bundle.flags)
}

/**
 * Writes a flow-mod for a flow straight into a slab, from its encoded form.
 *
 * @param command one of FlowModCommand
 * @param cookieHigh epoch and app, @param cookieLow unit; see Cookie
 */
export const writeFlowMod = (
  slab: Slab,
  flow: Flow,
  command: number,
  xid: number,
  cookieHigh: number,
  cookieLow: number,
  bundle?: Bundle,
): void => {
  const { key, effect } = flow
  const matchLength = key.length - keyHead + 4
  const instructions = isDelete(command) ? 0 : effect.length - effectHead
  const length = fixed + padded(matchLength) + instructions
  if (bundle) writeBundleHeader(slab, bundle, xid, length)
  const at = slab.reserve(length)
  const { view } = slab
  view.setUint32(at, flowModWord | length)
  view.setUint32(at + 4, xid)
  view.setUint32(at + 8, cookieHigh)
  view.setUint32(at + 12, cookieLow)
  view.setUint32(at + 16, 0)
  view.setUint32(at + 20, 0)
  view.setUint8(at + 24, key.charCodeAt(0))
  view.setUint8(at + 25, command)
  copyText(view, at + 26, effect, 0, 4)
  copyText(view, at + 30, key, 1, keyHead)
  view.setUint32(at + 32, NO_BUFFER)
  view.setUint32(at + 36, Port.ANY)
  view.setUint32(at + 40, Group.ANY)
  copyText(view, at + 44, effect, 4, effectHead)
  view.setUint16(at + 46, 0)
  view.setUint32(at + 48, 0x1_0000 | matchLength)
  copyText(view, at + 52, key, keyHead, key.length)
  const end = at + fixed + padded(matchLength)
  for (let pad = at + fixed + matchLength; pad < end; pad++) view.setUint8(pad, 0)
  if (instructions > 0) copyText(view, end, effect, effectHead, effect.length)
}

const copyText = (view: DataView, at: number, text: string, start: number, end: number): void => {
  for (let index = start; index < end; index++) view.setUint8(at + index - start, text.charCodeAt(index))
}
