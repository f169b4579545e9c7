import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Tables } from '../missing.ts'

/** An app whose code did not return, so that the controller had to end. */
export interface HungApp {
  /** The app's, or the path of the file that was being read. */
  readonly name: string
  readonly tables?: Tables | undefined
  /** What it was at, with the stack. */
  readonly why: string
}

/** Apps that hung in runs before: they are not loaded until somebody asks for it. */
export interface HungApps {
  list(): readonly HungApp[]
  /** Somebody asks for it, or does not want it any more. */
  forget(name: string): void
}

export const noHungApps: HungApps = { list: () => [], forget: () => undefined }

/** Apps that hung, in a file: whoever notes one has little time, and no thread that works. */
export class HungAppsFile implements HungApps {
  private readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** None where the file is not there, or somebody has spoilt it. */
  list(): HungApp[] {
    try {
      const apps: unknown = JSON.parse(readFileSync(this.path, 'utf8'))
      return Array.isArray(apps) ? apps.filter((one) => typeof one?.name === 'string') : []
    } catch {
      return []
    }
  }

  note(app: HungApp): void {
    this.write([...this.list().filter(({ name }) => name !== app.name), app])
  }

  forget(name: string): void {
    const apps = this.list()
    const others = apps.filter((one) => one.name !== name)
    if (others.length < apps.length) this.write(others)
  }

  private write(apps: readonly HungApp[]): void {
    if (apps.length === 0) {
      rmSync(this.path, { force: true })
      return
    }
    mkdirSync(dirname(this.path), { recursive: true })
    const temporary = `${this.path}.new`
    writeFileSync(temporary, JSON.stringify(apps, undefined, 2))
    renameSync(temporary, this.path)
  }
}
