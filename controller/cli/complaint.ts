import { EncodeError, ProtocolError, TextSyntaxError } from '../openflow/index.ts'
import { CliError } from './cli-error.ts'

/**
 * One line for the user about what they gave us, beginning with the error's name; undefined for
 * an error that is ours.
 */
export const complaint = (error: unknown): string | undefined => {
  if (error instanceof CliError) return error.message
  // Its message begins with OpenFlow's own name of the error, such as OFPBRC_BAD_LEN.
  if (error instanceof ProtocolError) return `${error.name} ${error.message}`
  if (error instanceof EncodeError || error instanceof TextSyntaxError) return `${error.name}: ${error.message}`
  return undefined
}
