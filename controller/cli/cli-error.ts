/** Something that the user can mend: shown as one line, without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: number

  /** @param exitCode 1 unless given; 2 means that no controller answers */
  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
