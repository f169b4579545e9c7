import { type Binding, type Host, type Json, type Operation, type Store, StoreClosedError } from '../../state/index.ts'
import type { Model } from './model.ts'

/** Operations of one transaction; more would hold up others for long. */
const mostAtOnce = 5_000

/**
 * What hosts report: in the model at once, and in the store a moment later, so that a controller
 * that starts again begins with what it knew. What is lost on the way the hosts report again.
 */
export class Observations {
  private readonly model: Model
  private readonly store: Store
  private readonly failed: (error: Error) => void
  private readonly unsaved = new Map<string, Json | undefined>()
  private saving: Promise<void> | undefined

  /** @param failed told where something could not be saved; it is tried again with the next report */
  constructor(model: Model, store: Store, failed: (error: Error) => void) {
    this.model = model
    this.store = store
    this.failed = failed
  }

  /** A host came or changed; it is forgotten where undefined. */
  host(id: string, host: Host | undefined): void {
    this.model.apply([{ kind: 'host', id, value: host }])
    this.save(`host/${id}`, host)
  }

  /** Ports came to interfaces, or went from them where undefined. */
  bindings(changes: Iterable<readonly [port: string, binding: Binding | undefined]>): void {
    const all = [...changes].map(([id, value]) => ({ kind: 'binding', id, value }) as const)
    this.model.apply(all)
    for (const { id, value } of all) this.save(`binding/${id}`, value)
  }

  /** Resolves when all that was reported is saved, or could not be. */
  async saved(): Promise<void> {
    while (this.saving !== undefined) await this.saving
  }

  private save(key: string, value: Json | undefined): void {
    this.unsaved.set(key, value)
    this.saving ??= this.saveAll().finally(() => {
      this.saving = undefined
    })
  }

  private async saveAll(): Promise<void> {
    // What comes in the same turn goes into one transaction.
    await Promise.resolve()
    while (this.unsaved.size > 0) {
      const batch = [...this.unsaved].slice(0, mostAtOnce)
      for (const [key] of batch) this.unsaved.delete(key)
      try {
        await this.store.transact({ success: batch.map(operationOf) })
      } catch (error) {
        if (error instanceof StoreClosedError) return
        for (const [key, value] of batch) if (!this.unsaved.has(key)) this.unsaved.set(key, value)
        this.failed(error as Error)
        return
      }
    }
  }
}

const operationOf = ([key, value]: readonly [string, Json | undefined]): Operation =>
  value === undefined ? { type: 'delete', key } : { type: 'put', key, value }
