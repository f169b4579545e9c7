/** What every error of the store is; `cause` holds the database's own error where there is one. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError'
}

/** History up to and including revision `compacted` is gone: read the present state and go on from there. */
export class CompactedError extends StoreError {
  override readonly name = 'CompactedError'
  readonly requested: number
  readonly compacted: number

  constructor(requested: number, compacted: number) {
    super(`revision ${requested} was asked for, but history up to revision ${compacted} has been compacted`)
    this.requested = requested
    this.compacted = compacted
  }
}

/** A revision was asked for that no transaction has reached yet. */
export class FutureRevisionError extends StoreError {
  override readonly name = 'FutureRevisionError'

  constructor(requested: number, revision: number) {
    super(`revision ${requested} was asked for, but the store is at revision ${revision}`)
  }
}

/** The store was used after `close`. */
export class StoreClosedError extends StoreError {
  override readonly name = 'StoreClosedError'

  constructor() {
    super('the store is closed')
  }
}

/** Somebody else changed the entity first: read it again, and decide again. Revision 0 means absent. */
export class ConflictError extends StoreError {
  override readonly name = 'ConflictError'
  readonly key: string
  readonly expected: number
  readonly actual: number

  constructor(key: string, expected: number, actual: number) {
    const state = (revision: number): string => (revision === 0 ? 'absent' : `at revision ${revision}`)
    super(`${key} is ${state(actual)}, not ${state(expected)} as the request expects`)
    this.key = key
    this.expected = expected
    this.actual = actual
  }
}

/** A key, a bound of a range, a revision, a limit or a transaction that no store can take. */
export class InvalidRequestError extends StoreError {
  override readonly name = 'InvalidRequestError'
}

/** A value that is no JSON document, or that its kind's schema refuses. `path` names the part of it. */
export class InvalidDocumentError extends StoreError {
  override readonly name = 'InvalidDocumentError'
  readonly path: string

  constructor(path: string, reason: string) {
    super(path === '' ? `the document ${reason}` : `${path} ${reason}`)
    this.path = path
  }
}

/** Another process, or another store of this one, has the file open. */
export class StoreLockedError extends StoreError {
  override readonly name = 'StoreLockedError'

  constructor(file: string, cause: unknown) {
    super(`${file} is in use by another heddle; one file serves one controller at a time`, { cause })
  }
}

/** The file was written by a newer heddle, whose schema this one does not know. */
export class SchemaTooNewError extends StoreError {
  override readonly name = 'SchemaTooNewError'

  constructor(file: string, found: number, known: number) {
    super(`${file} has schema ${found}, but this heddle knows schemas up to ${known}: start a newer heddle with it`)
  }
}

/** The file is damaged, or is no store of heddle. It is left as it is. */
export class StoreCorruptError extends StoreError {
  override readonly name = 'StoreCorruptError'
}

/** The database refused to do its work (disk full, no permission, an I/O error). Nothing was changed. */
export class StoreFailedError extends StoreError {
  override readonly name = 'StoreFailedError'
}
