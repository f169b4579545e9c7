import { type ErrorName, errorByName } from './error-table.ts'

/**
 * A peer sent bytes that OpenFlow does not allow. `type` and `code` are the numbers that an
 * OFPT_ERROR answer carries (OpenFlow 1.3.5 §7.4.4).
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly type: number
  readonly code: number
  /** The standard's name of the error, such as `OFPBRC_BAD_LEN`. */
  readonly errorName: ErrorName
  /** True where message boundaries are lost, so that the connection cannot go on. */
  readonly fatal: boolean

  constructor(errorName: ErrorName, message: string, fatal = false) {
    super(`${errorName}: ${message}`)
    const { type, code } = errorByName(errorName)
    this.errorName = errorName
    this.type = type
    this.code = code
    this.fatal = fatal
  }
}

/** A value that cannot be put on the wire: a programmer's error. `path` names the field. */
export class EncodeError extends RangeError {
  override readonly name: string = 'EncodeError'
  path: string
  readonly reason: string

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`)
    this.path = path
    this.reason = reason
  }

  /** Puts the path of what holds the value before its own. */
  under(path: string): this {
    const glue = path === '' || this.path === '' || /^[.[]/.test(this.path) ? '' : '.'
    this.path = `${path}${glue}${this.path}`
    this.message = `${this.path}: ${this.reason}`
    return this
  }
}

/** A match or set-field value has more bits than its field. */
export class ValueTooWideError extends EncodeError {
  override readonly name = 'ValueTooWideError'
}

/** A field was given a mask that the standard does not allow for it. */
export class UnmaskableFieldError extends EncodeError {
  override readonly name = 'UnmaskableFieldError'
}

/** A match names a field without the fields that it depends on (OpenFlow 1.3.5 §7.2.3.8). */
export class MissingPrerequisiteError extends EncodeError {
  override readonly name = 'MissingPrerequisiteError'
}

/** A match names a field that does not exist. */
export class UnknownFieldError extends EncodeError {
  override readonly name = 'UnknownFieldError'
}

/** Text in ovs-ofctl's syntax that cannot be understood; `at` is the offending part. */
export class TextSyntaxError extends SyntaxError {
  override readonly name = 'TextSyntaxError'
  readonly at: string

  constructor(at: string, message: string) {
    super(`${message} (at "${at.length > 60 ? `${at.slice(0, 60)}…` : at}")`)
    this.at = at
  }
}
