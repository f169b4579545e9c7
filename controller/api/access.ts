import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError } from './errors.ts'

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** An address that others could reach, without a token that they would have to know. */
export class ExposureError extends Error {
  override readonly name = 'ExposureError'
}

/** @throws ExposureError */
export const checkExposure = (host: string, token: string | undefined): void => {
  if (token !== undefined || isLoopback(host)) return
  throw new ExposureError(
    `the API on ${host} could be used by anyone on the network: give it a token, or listen on 127.0.0.1`,
  )
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Takes as long for any wrong token. */
const same = (given: string, token: string): boolean => timingSafeEqual(digest(given), digest(token))

const bearer = ({ headers }: FastifyRequest): string => /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''

const hostName = (host: string): string => host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')

/** A page of some site in a browser on this machine must not be able to program switches. */
const checkBrowser = ({ headers }: FastifyRequest): void => {
  const { host = '', origin } = headers
  if (!isLoopback(hostName(host))) throw new ApiError(403, `this API is called as localhost, not as ${host}`)
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new ApiError(403, `pages of ${origin} may not call this API`)
  }
}

/** Whether it needs no token: pages that show nothing of the controller, and whether it is alive. */
const isOpen = (url: string): boolean => /^\/(docs(\/|$|\?)|v1\/health$)/.test(url)

/** Lets in who knows the token; where there is none, who is on this machine and no other site's page. */
export const guard = (api: FastifyInstance, token: string | undefined): void => {
  api.addHook('onRequest', async (request) => {
    if (token === undefined) checkBrowser(request)
    else if (!isOpen(request.url) && !same(bearer(request), token)) {
      throw new ApiError(401, 'a token is needed: Authorization: Bearer TOKEN')
    }
  })
}
