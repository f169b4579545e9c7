export type { Message, MessageNamed, PacketInView } from '../openflow/index.ts'
export { Connection, type ConnectionEvents, type ConnectionOptions, type Unsent } from './connection.ts'
export { ConnectionClosed, QueueFull, RequestRefused, RequestTimeout, SwitchError } from './errors.ts'
export { type Capabilities, formatDpid, type Port, parseDpid, type SwitchInfo } from './info.ts'
