import { isIP, type Socket } from 'node:net'

/** Keys for TLS, as PEM text: those who connect must show a certificate that `ca` has signed. */
export interface TlsKeys {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

/** Where to listen: a TCP port, or a unix socket. */
export type Endpoint =
  | { readonly host?: string; readonly port: number; readonly tls?: TlsKeys; readonly insecure?: boolean }
  | { readonly path: string }

export const loopback = '127.0.0.1'

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** Whether it is a plain-text port that others on the network can reach, and nobody has said that this is wanted. */
export const isExposed = (endpoint: Endpoint): boolean =>
  !('path' in endpoint || endpoint.tls || endpoint.insecure || isLoopback(endpoint.host ?? loopback))

/** Where a connection comes from, for people to read; of TCP connections no two open ones share it. */
export const originOf = ({ remoteAddress, remotePort }: Socket): string =>
  remoteAddress === undefined ? 'unix socket' : `${remoteAddress}:${remotePort}`
