import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** What a command printed. */
export interface Output {
  readonly stdout: string
  readonly stderr: string
}

/** A command that failed: its words, exit code and what it printed. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: number | undefined
  readonly output: Output

  constructor(command: string, code: number | undefined, output: Output) {
    super(`${command}\n  exit code ${code ?? 'none'}: ${(output.stderr || output.stdout).trim()}`)
    this.code = code
    this.output = output
  }
}

interface Options {
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds before the command is ended; 30 s unless given. */
  readonly timeout?: number
  /** Its standard input; none unless given. */
  readonly input?: string
}

const largestOutput = 64 * 1024 * 1024

/**
 * Runs a command to its end, without a shell.
 *
 * @throws CommandError when it cannot be started, does not exit with 0, or takes too long
 */
export const run = async (command: string, args: readonly string[], options: Options = {}): Promise<string> => {
  const { env = {}, timeout = 30_000, input = '' } = options
  try {
    const settings = { env: { ...process.env, ...env }, timeout, maxBuffer: largestOutput }
    const running = execute(command, args, settings)
    // A command that ends before it has read its input says why itself.
    running.child.stdin?.on('error', () => undefined).end(input)
    const { stdout } = await running
    return stdout
  } catch (error) {
    const { code, stdout = '', stderr = '', message } = error as Error & { code?: number } & Partial<Output>
    throw new CommandError([command, ...args].join(' '), typeof code === 'number' ? code : undefined, {
      stdout,
      stderr: stderr || message,
    })
  }
}
