import { TextSyntaxError } from '../wire/errors.ts'

/** Reserved port numbers (OpenFlow 1.3.5 §7.2.1). */
export const Port = {
  MAX: 0xffffff00,
  UNSET: 0xfffffff7,
  IN_PORT: 0xfffffff8,
  TABLE: 0xfffffff9,
  NORMAL: 0xfffffffa,
  FLOOD: 0xfffffffb,
  ALL: 0xfffffffc,
  CONTROLLER: 0xfffffffd,
  LOCAL: 0xfffffffe,
  ANY: 0xffffffff,
} as const

const nameByNumber = new Map<number, string>(
  Object.entries(Port)
    .filter(([name]) => name !== 'MAX')
    .map(([name, number]) => [number, name]),
)

/** OpenFlow 1.0 calls ANY NONE. */
const numberByName = new Map<string, number>([...nameByNumber].map(([number, name]) => [name, number]))
numberByName.set('NONE', Port.ANY)

/** Ports that Open vSwitch has no 32-bit number for: its own are 16 bits wide. */
const highStart = 0xff00
const offset = 0xffff0000

/**
 * A port as ovs-ofctl prints it: a reserved name, or a number. Open vSwitch ports are 16 bits
 * wide, so that 0xffffff00 and up read as 65280 and up.
 */
export const formatPort = (port: number): string =>
  nameByNumber.get(port) ?? nameByNumber.get(port + offset) ?? String(port >= offset + highStart ? port - offset : port)

/**
 * A reserved name in any case, or a number. Numbers from 65280 to 65535 stand for the reserved
 * ports of 16-bit OpenFlow 1.0, as in ovs-ofctl.
 */
export const parsePort = (text: string): number => {
  const reserved = numberByName.get(text.toUpperCase())
  if (reserved !== undefined) return reserved
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text) || Number(text) > 0xffffffff) {
    throw new TextSyntaxError(text, 'a port number or a reserved port such as LOCAL is expected')
  }
  const number = Number(text)
  return number >= highStart && number <= 0xffff ? number + offset : number
}
