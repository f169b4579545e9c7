import type { AppHost, Engine } from '../engine/index.ts'

/** What requests are answered from. */
export interface ApiContext {
  readonly engine: Engine
  readonly host: AppHost
  /** Of heddle. */
  readonly version: string
  /** Whether callers have shown a token, and so may have any file loaded that this process can read. */
  readonly trusted: boolean
}
