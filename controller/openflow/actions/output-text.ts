import { Port, parsePort } from '../fields/port-text.ts'
import { parseSubfield } from '../fields/subfield.ts'
import { dottedBytes, integer, items, readMembers } from '../text/scan.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import type { Action } from './actions.ts'
import { ControllerReason, WHOLE_PACKET } from './controller.ts'
import { namedValue } from './hash.ts'

/** Output to a port under its number or name, as in `1` or `LOCAL`. */
export const outputTo = (port: number, maxLen = 0): Action => ({ type: 'output', port, maxLen })

/** The shortest that output(port=…,max_len=…) may cut a packet to: an Ethernet header. */
const shortestPacket = 14

const parseTruncated = (text: string): Action => {
  let port: number | undefined
  let maxLen: number | undefined
  for (const { key, value, text: item } of items(text)) {
    if (key === 'port') port = parsePort(value)
    else if (key === 'max_len') maxLen = integer(value)
    else throw new TextSyntaxError(item, 'port= or max_len= is expected')
  }
  if (port === undefined || maxLen === undefined || maxLen < shortestPacket) {
    throw new TextSyntaxError(text, `a port and a max_len of at least ${shortestPacket} are expected`)
  }
  if (port >= Port.MAX && port !== Port.LOCAL && port !== Port.IN_PORT) {
    throw new TextSyntaxError(text, 'of the reserved ports only LOCAL and IN_PORT cut packets')
  }
  return { type: 'outputTrunc', port, maxLen }
}

const parseOutputField = (text: string): Action => {
  const src = parseSubfield(text)
  return { type: src.code.experimenter === undefined ? 'outputReg' : 'outputReg2', src, maxLen: WHOLE_PACKET }
}

const portOrNone = (text: string): number | undefined => {
  try {
    return parsePort(text)
  } catch (error) {
    if (error instanceof TextSyntaxError) return undefined
    throw error
  }
}

/** Parses what follows `output`: a port, a field, or `(port=…,max_len=…)`. */
export const parseOutput = (text: string): readonly Action[] => {
  if (/\bport=/.test(text) && /\bmax_len=/.test(text)) return [parseTruncated(text)]
  const port = portOrNone(text)
  if (port === undefined) return [parseOutputField(text)]
  return [outputTo(port, port === Port.CONTROLLER ? WHOLE_PACKET : 0)]
}

interface Draft {
  reason: number
  maxLen: number
  controllerId: number
  meterId: number
  pause: boolean
  userdata: Uint8Array | undefined
}

const setters: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  reason: (draft, value) => {
    draft.reason = namedValue(ControllerReason, value)
  },
  max_len: (draft, value) => {
    draft.maxLen = integer(value, 0xffff)
  },
  id: (draft, value) => {
    draft.controllerId = integer(value, 0xffff)
  },
  userdata: (draft, value) => {
    draft.userdata = dottedBytes(value)
  },
  pause: (draft) => {
    draft.pause = true
  },
  meter_id: (draft, value) => {
    draft.meterId = integer(value)
  },
}

/** controller2 holds what differs from its defaults. */
const controller2 = (draft: Draft): Action => ({
  type: 'controller2',
  ...(draft.maxLen === WHOLE_PACKET ? {} : { maxLen: draft.maxLen }),
  ...(draft.controllerId === 0 ? {} : { controllerId: draft.controllerId }),
  ...(draft.reason === ControllerReason.ACTION ? {} : { reason: draft.reason }),
  ...(draft.userdata === undefined || draft.userdata.length === 0 ? {} : { userdata: draft.userdata }),
  ...(draft.pause ? { pause: true } : {}),
  ...(draft.meterId === 0 ? {} : { meterId: draft.meterId }),
})

/** Parses what controller(…) holds; of three actions the oldest that can say it. */
export const parseController = (text: string): readonly Action[] => {
  if (/^\d+$/.test(text)) return [outputTo(Port.CONTROLLER, integer(text, 0xffff))]
  const draft: Draft = {
    reason: ControllerReason.ACTION,
    maxLen: WHOLE_PACKET,
    controllerId: 0,
    meterId: 0,
    pause: false,
    userdata: undefined,
  }
  readMembers(text, setters, draft)
  const { reason, maxLen, controllerId } = draft
  if ((draft.userdata?.length ?? 0) > 0 || draft.pause || draft.meterId !== 0) return [controller2(draft)]
  if (reason === ControllerReason.ACTION && controllerId === 0 && draft.userdata === undefined) {
    return [outputTo(Port.CONTROLLER, maxLen)]
  }
  return [{ type: 'controller', maxLen, controllerId, reason }]
}
