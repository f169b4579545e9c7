export type { Endpoint, TlsKeys } from '../net/index.ts'
export {
  ConnectionClosed,
  OvsdbError,
  ProtocolError,
  RequestRefused,
  RequestTimeout,
  TransactionRefused,
} from './errors.ts'
export { type JsonLimits, JsonSplitter } from './json-stream.ts'
export { Listener, type ListenerOptions } from './listener.ts'
export { Mirror, type RowChange, type Wanted } from './mirror.ts'
export * from './operations.ts'
export { mapIn, numberIn, pairsIn, type Row, setIn, textIn } from './row.ts'
export { JsonRpc, type RpcOptions } from './rpc.ts'
export type { Schema } from './schema.ts'
export { type Origin, OvsdbSession, openVSwitch, schemaOf } from './session.ts'
export * from './value.ts'
