const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** A byte that is no UTF-8 stands as the lone surrogate U+DC00 plus its value, as in Python's surrogateescape. */
const escapeBase = 0xdc00
const escaped = /[\udc80-\udcff]/u

const decodeStrict = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** Bytes of the character that begins with this byte, going by its high bits (RFC 3629 §3). */
const characterLength = (first: number): number => {
  if (first < 0xc0) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}

const decodeLoose = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number
    const length = characterLength(first)
    const character = decodeStrict(bytes.subarray(at, at + length))
    text += character ?? String.fromCharCode(escapeBase + first)
    at += character === undefined ? 1 : length
  }
  return text
}

/** The text of bytes that should be UTF-8. No byte is lost: those that are not become lone surrogates. */
export const decodeText = (bytes: Uint8Array): string => decodeStrict(bytes) ?? decodeLoose(bytes)

/** The bytes that `decodeText` reads as this text. */
export const encodeText = (text: string): Uint8Array => {
  if (!escaped.test(text)) return encoder.encode(text)
  return Uint8Array.from(
    Array.from(text, (character) =>
      escaped.test(character) ? [character.charCodeAt(0) - escapeBase] : [...encoder.encode(character)],
    ).flat(),
  )
}
