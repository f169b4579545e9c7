import { CliError } from './cli-error.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

const loopback = '127.0.0.1'
const form = /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):)?(\d{1,5})$/i
const lastPort = 65535

/**
 * `HOST:PORT`, `[IPV6]:PORT` or `PORT` on this machine alone.
 *
 * @throws CliError for any other text
 */
export const parseAddress = (text: string): Address => {
  const [, ipv6, host, port] = form.exec(text) ?? []
  if (port === undefined || Number(port) > lastPort) throw new CliError(`${text}: HOST:PORT is expected`)
  return { host: ipv6 ?? host ?? loopback, port: Number(port) }
}

export const formatAddress = ({ host, port }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}`
