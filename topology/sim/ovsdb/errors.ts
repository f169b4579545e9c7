/** An operation, or a commit, is refused: nothing of its transaction is done (RFC 7047 §4.1.3). */
export class OperationError extends Error {
  override readonly name = 'OperationError'
  /** As RFC 7047 calls it, such as `constraint violation`. */
  readonly error: string

  constructor(error: string, details: string) {
    super(details)
    this.error = error
  }

  /** As it stands among the results. */
  get json(): { readonly error: string; readonly details: string } {
    return { error: this.error, details: this.message }
  }
}
