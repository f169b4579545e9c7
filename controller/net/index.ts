export { Acceptor } from './acceptor.ts'
export type { AdmissionLimits, Admitted } from './admission.ts'
export { type Endpoint, isExposed, type TlsKeys } from './endpoint.ts'
export { sparingly } from './sparingly.ts'
