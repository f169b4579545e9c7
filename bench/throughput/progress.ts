/** One line that shows how far a benchmark has come. */
export interface ProgressLine {
  /** Shows a text in place of the one before; where the output is no terminal, nothing. */
  readonly show: (text: string) => void
  /** Shows a text that stays. */
  readonly keep: (text: string) => void
  readonly end: () => void
}

const clear = '\r\u001b[K'

export const progressLine = (out: NodeJS.WriteStream = process.stderr): ProgressLine => {
  const width = out.columns ?? 80
  const erase = (): void => {
    if (out.isTTY) out.write(clear)
  }
  return {
    show: (text) => {
      if (out.isTTY) out.write(`${clear}${text.slice(0, width - 1)}`)
    },
    keep: (text) => {
      erase()
      out.write(`${text}\n`)
    },
    end: erase,
  }
}
