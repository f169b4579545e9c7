const perLine = 16

const byteText = (byte: number | undefined, index: number): string =>
  byte === undefined ? '   ' : `${byte.toString(16).padStart(2, '0')}${index === perLine / 2 - 1 ? '-' : ' '}`

const charText = (byte: number | undefined): string => {
  if (byte === undefined) return ' '
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
}

const line = (bytes: Uint8Array, start: number): string => {
  const columns = Array.from({ length: perLine }, (_, index) => bytes[start + index])
  const offset = start.toString(16).padStart(8, '0')
  return `${offset}  ${columns.map(byteText).join('')}|${columns.map(charText).join('')}|`
}

/** Bytes as ovs-ofctl dumps them: 16 a line, in hexadecimal and as characters. */
export const hexDump = (bytes: Uint8Array): string =>
  Array.from({ length: Math.ceil(bytes.length / perLine) }, (_, index) => line(bytes, index * perLine)).join('\n')
