export { ExposureError } from './access.ts'
export type { Api } from './api.ts'
export type { TranslatedConnection, TunnelHealth } from './context.ts'
export { type ApiOptions, createApi, serveApi } from './server.ts'
