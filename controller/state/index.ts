export { type Address, formatAddress, parseAddress } from './address/address.ts'
export { type Cidr, contains, formatCidr, overlap, parseCidr, usable } from './address/cidr.ts'
export type { Change, ChangeBatch, Collection, Item, Kind, WriteOptions } from './collection.ts'
export { collection } from './collection.ts'
export { Compactor, compact, defaultRetention, type Retention } from './compactor.ts'
export type { Json } from './document.ts'
export * from './entities/index.ts'
export {
  CompactedError,
  ConflictError,
  FutureRevisionError,
  InvalidDocumentError,
  InvalidRequestError,
  SchemaTooNewError,
  StoreClosedError,
  StoreCorruptError,
  StoreError,
  StoreFailedError,
  StoreLockedError,
} from './errors.ts'
export type { AppId, HostId, Id, NetworkId, PortId, RouterId } from './ids.ts'
export { makeId } from './ids.ts'
export * from './intent/index.ts'
export { openSqliteStore } from './sqlite/open.ts'
export type {
  Batch,
  Compare,
  Entry,
  Event,
  Operation,
  RangeRequest,
  RangeResult,
  Span,
  Store,
  Transaction,
  TransactionResult,
  Watch,
  WatchRequest,
} from './store.ts'
export { absent, exists, unchanged } from './store.ts'
