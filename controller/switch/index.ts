export type { Message, MessageNamed, of10, PacketInView } from '../openflow/index.ts'
export { Connection, type ConnectionEvents, type ConnectionOptions, type Unsent, type Unsent10 } from './connection.ts'
export {
  ConnectionClosed,
  errorText,
  errorText10,
  QueueFull,
  RequestRefused,
  RequestTimeout,
  SwitchError,
} from './errors.ts'
export { type Capabilities, formatDpid, type Port, parseDpid, type SwitchInfo } from './info.ts'
export { type Endpoint, Listener, type ListenerOptions, type TlsKeys } from './listener.ts'
export { type OpeningEvents, openSession, type SessionOptions } from './opening.ts'
export { describePort, type PortText } from './port-text.ts'
export { type Reply, Reply13 } from './reply.ts'
export { Reply10 } from './reply10.ts'
export { Session, type SessionEvents } from './session.ts'
export { Session10, type Session10Events, type SwitchInfo10 } from './session10.ts'
