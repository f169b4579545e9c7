import { errorName, type MessageNamed, of10 } from '../openflow/index.ts'

/** Why the controller gave up on a switch, or on one request to it. */
export class SwitchError extends Error {
  override readonly name: string = 'SwitchError'
}

/** The switch answered a request with an OFPT_ERROR. */
export class RequestRefused extends SwitchError {
  override readonly name = 'RequestRefused'
  /** The standard's name of the error, such as `OFPFMFC_TABLE_FULL`. */
  readonly errorName: string
  readonly reply: MessageNamed<'error'>

  constructor(request: string, errorName: string, reply: MessageNamed<'error'>) {
    super(`${request} was refused: ${errorName}`)
    this.errorName = errorName
    this.reply = reply
  }
}

/** The switch did not answer in time: what it did with the request is unknown. */
export class RequestTimeout extends SwitchError {
  override readonly name = 'RequestTimeout'
}

/** The connection ended before the answer came: what the switch did with the request is unknown. */
export class ConnectionClosed extends SwitchError {
  override readonly name = 'ConnectionClosed'
}

/** The switch does not read what it is sent, and its queue is full. */
export class QueueFull extends SwitchError {
  override readonly name = 'QueueFull'
}

/** The name of an error message, or its numbers where it has none. */
export const errorText = (error: MessageNamed<'error'>): string => errorName(error) ?? `error type ${error.errorType}`

/** The same of OpenFlow 1.0. */
export const errorText10 = ({ errorType, code }: of10.MessageNamed10<'error'>): string =>
  of10.errorName10(errorType, code) ?? `error type ${errorType}`
