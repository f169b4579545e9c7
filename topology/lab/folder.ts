import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Description } from './description.ts'
import { LabError } from './errors.ts'

/** What a lab is; written down before anything of it is made, so that it can be removed from any state. */
export interface LabRecord {
  readonly name: string
  readonly description: Description
  /** Of Open vSwitch: `netdev` as root, `dummy` without; `sim` where hosts are simulated. */
  readonly datapath: 'netdev' | 'dummy' | 'sim'
  /** All network namespaces that it may have. */
  readonly namespaces: readonly string[]
  /** The process that builds it. */
  readonly builder: { readonly pid: number; readonly began: string }
}

/** A card of a container, as the controller's assignment has it. */
export interface AssignedCard {
  readonly port: string
  readonly network: string
  readonly mac: string
  /** With the length of the prefix. */
  readonly addresses: readonly string[]
  /** Of each address, by their ids. */
  readonly subnets: readonly string[]
  /** Subnets that a router joins with these. */
  readonly joined: readonly string[]
  readonly gateways: readonly string[]
  /** Bytes of an IP packet. */
  readonly mtu: number
}

/** What became known while the lab was built. */
export interface LabFacts {
  /** `HOST:PORT` of the controller's HTTP API. */
  readonly api?: string
  /** By name of the container. */
  readonly cards?: Readonly<Record<string, readonly AssignedCard[]>>
  /** Names of the links that are cut. */
  readonly cut?: readonly string[]
  /** All of it was built. */
  readonly built?: boolean
}

/** Unix sockets have at most 107 characters (unix(7)); the longest name of one below a lab's folder has these. */
const longestSocket = '/abcdefghijkl/ovs-vswitchd.4194304.ctl'.length

/** The folder that labs keep their state in: HEDDLE_LABS, else below /run or XDG_RUNTIME_DIR. */
export const labsFolder = (env: NodeJS.ProcessEnv = process.env): string => {
  if (env.HEDDLE_LABS !== undefined) return env.HEDDLE_LABS
  if (process.getuid?.() === 0) return '/run/heddle-labs'
  return join(env.XDG_RUNTIME_DIR ?? join(tmpdir(), `heddle-${userInfo().uid}`), 'heddle-labs')
}

const nameForm = /^[a-z0-9][a-z0-9-]{0,31}$/

/** A lab's folder: what was written down about it. */
export class LabFolder {
  readonly name: string
  readonly path: string

  /** @throws LabError where it is no name for a lab */
  constructor(name: string) {
    if (!nameForm.test(name)) {
      throw new LabError(`--name ${name}: a lab's name is up to 32 small letters, digits or -`)
    }
    this.name = name
    this.path = join(labsFolder(), name)
    if (this.path.length + longestSocket > 107) {
      throw new LabError(`${this.path} is too long for the sockets below it: let HEDDLE_LABS name a shorter folder`)
    }
  }

  /** The folder of a host's Open vSwitch, or of another part of the lab. */
  part(name: string): string {
    return join(this.path, name)
  }

  /**
   * Makes the folder, and writes down what the lab is.
   *
   * @param check throws where it may not be, before anything is written down
   * @throws LabError where there is one of this name
   */
  create(record: LabRecord, check: () => void): void {
    mkdirSync(labsFolder(), { recursive: true, mode: 0o755 })
    try {
      mkdirSync(this.path)
    } catch {
      throw new LabError(`there is a lab ${this.name} already: heddle lab down --name ${this.name} removes it`)
    }
    try {
      check()
    } catch (error) {
      rmSync(this.path, { recursive: true })
      throw error
    }
    this.write('lab', record)
  }

  /** Undefined where nothing was made: the folder is not there, or was not begun. */
  get record(): LabRecord | undefined {
    return this.read<LabRecord>('lab')
  }

  get facts(): LabFacts {
    return this.read<LabFacts>('facts') ?? {}
  }

  /** Adds to the facts. */
  learn(facts: LabFacts): void {
    this.write('facts', { ...this.facts, ...facts })
  }

  private write(name: string, value: unknown): void {
    const file = this.part(`${name}.json`)
    writeFileSync(`${file}.new`, JSON.stringify(value))
    renameSync(`${file}.new`, file)
  }

  private read<T>(name: string): T | undefined {
    try {
      return JSON.parse(readFileSync(this.part(`${name}.json`), 'utf8')) as T
    } catch {
      return undefined
    }
  }
}

export const isSimulated = ({ record }: LabFolder): boolean => record?.datapath === 'sim'

/** The names of all labs of this user. */
export const labNames = (): string[] => {
  try {
    return readdirSync(labsFolder())
      .filter((name) => nameForm.test(name))
      .sort()
  } catch {
    return []
  }
}

/**
 * The lab that is meant.
 *
 * @param name the only one unless given
 * @throws LabError where there is none, or it is not clear which
 */
export const pickLab = (name: string | undefined): LabFolder => {
  const names = labNames()
  const chosen = name ?? (names.length === 1 ? names[0] : undefined)
  if (chosen !== undefined && names.includes(chosen)) return new LabFolder(chosen)
  if (names.length === 0) throw new LabError('no lab is up: heddle lab up FILE builds one')
  throw new LabError(
    name === undefined
      ? `which lab is meant? --name is one of ${names.join(', ')}`
      : `there is no lab ${name}; there is ${names.join(', ')}`,
  )
}
