/** Why the controller gave up on a database server, or on one request to it. */
export class OvsdbError extends Error {
  override readonly name: string = 'OvsdbError'
}

/** The peer sent what is no JSON-RPC of RFC 7047: its connection is closed. */
export class ProtocolError extends OvsdbError {
  override readonly name = 'ProtocolError'
}

/** The server answered a request with an error. */
export class RequestRefused extends OvsdbError {
  override readonly name = 'RequestRefused'
  /** What the server calls it, such as `unknown method` (RFC 7047 §3.1). */
  readonly error: string

  constructor(method: string, error: string, details: string | undefined) {
    super(`${method} was refused: ${error}${details === undefined ? '' : ` (${details})`}`)
    this.error = error
  }
}

/** The server did not answer in time: what it did with the request is unknown. */
export class RequestTimeout extends OvsdbError {
  override readonly name = 'RequestTimeout'
}

/** The connection ended before the answer came: what the server did with the request is unknown. */
export class ConnectionClosed extends OvsdbError {
  override readonly name = 'ConnectionClosed'
}

/** The server refused a transaction: nothing of it was done (RFC 7047 §4.1.3). */
export class TransactionRefused extends OvsdbError {
  override readonly name = 'TransactionRefused'
  /** Which operation failed, from 0; undefined where all went well and the commit failed. */
  readonly operation: number | undefined
  /** The table of that operation. */
  readonly table: string | undefined
  /** What the server calls it, such as `constraint violation`; `timed out` for a `wait` that was not met. */
  readonly error: string

  constructor(
    error: string,
    details: string | undefined,
    at?: { readonly operation: number; readonly op: string; readonly table: string | undefined },
  ) {
    const where = at ? `operation ${at.operation} (${at.op}${at.table ? ` ${at.table}` : ''})` : 'the commit'
    super(`the transaction was refused at ${where}: ${error}${details === undefined ? '' : ` (${details})`}`)
    this.error = error
    this.operation = at?.operation
    this.table = at?.table
  }
}
