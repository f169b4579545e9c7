import { formatPort, parsePort } from '../fields/port-text.ts'
import { TextSyntaxError } from '../wire/errors.ts'

/** Reserved port numbers, 16 bits wide (OpenFlow 1.0 §5.2.1). */
export const Port10 = {
  MAX: 0xff00,
  IN_PORT: 0xfff8,
  TABLE: 0xfff9,
  NORMAL: 0xfffa,
  FLOOD: 0xfffb,
  ALL: 0xfffc,
  CONTROLLER: 0xfffd,
  LOCAL: 0xfffe,
  NONE: 0xffff,
} as const

/** A port as ovs-ofctl prints it: a reserved name, or a number. */
export const formatPort10 = (port: number): string => formatPort(port)

/**
 * A reserved name in any case, or a number.
 *
 * @throws TextSyntaxError when it does not fit 16 bits
 */
export const parsePort10 = (text: string): number => {
  const port = parsePort(text)
  // The reserved ports of later versions are those of 1.0 with 16 more one bits.
  if (port > 0xffff && port < 0xffff_ff00) throw new TextSyntaxError(text, 'a port has 16 bits in OpenFlow 1.0')
  return port & 0xffff
}
