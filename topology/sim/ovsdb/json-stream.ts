import { StringDecoder } from 'node:string_decoder'

/** Splits text that comes in pieces into its JSON objects. */
export class JsonStream {
  private readonly decoder = new StringDecoder('utf8')
  private text = ''
  /** How far the text was looked at. */
  private at = 0
  private depth = 0
  private inString = false

  private isEnd(character: string): boolean {
    if (this.inString) {
      if (character === '\\') this.at++
      else if (character === '"') this.inString = false
      return false
    }
    if (character === '"') this.inString = true
    else if (character === '{' || character === '[') this.depth++
    else if (character === '}' || character === ']') return --this.depth <= 0
    return false
  }

  /** @throws SyntaxError for what is no JSON */
  *push(chunk: Buffer): Generator<unknown> {
    this.text += this.decoder.write(chunk)
    for (; this.at < this.text.length; this.at++) {
      if (!this.isEnd(this.text[this.at] ?? '')) continue
      const message = JSON.parse(this.text.slice(0, this.at + 1)) as unknown
      this.text = this.text.slice(this.at + 1)
      this.at = -1
      yield message
    }
  }
}
