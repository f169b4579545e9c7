import { type Codec, jsonObject, struct } from '../wire/codec.ts'
import { experimenterErrorByName, experimenterErrorEntries } from '../wire/error-experimenter.ts'
import { errorEntries } from '../wire/error-table.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import { enumOf } from '../wire/names.ts'
import { rest, u16, u32 } from '../wire/primitives.ts'
import { errorName, experimenterError, ovsErrorName } from './error-name.ts'
import { type MessageOf, messageKind } from './kind.ts'

export { errorName, experimenterError, ovsErrorName } from './error-name.ts'

/** Error types by name (OpenFlow 1.3.5 §7.4.4). */
export const ErrorType: Readonly<Record<string, number>> = {
  ...Object.fromEntries(errorEntries.map(({ typeName, type }) => [typeName, type])),
  EXPERIMENTER: experimenterError,
}

export interface StandardError {
  readonly errorType: number
  readonly code: number
  /** The beginning of the message that failed, at least 64 bytes of it; for HELLO_FAILED a text. */
  readonly data: Uint8Array
}

export interface ExperimenterError {
  readonly errorType: typeof experimenterError
  /** The error's number, which its experimenter gives. */
  readonly expType: number
  readonly experimenter: number
  readonly data: Uint8Array
}

type ErrorBody = StandardError | ExperimenterError

const errorType = enumOf(u16, ErrorType)
const standard = struct({ errorType, code: u16, data: rest })
const experimenter = struct({ errorType, expType: u16, experimenter: u32, data: rest }) as Codec<ExperimenterError>

const codecOf = (type: number): Codec<ErrorBody> =>
  (type === experimenterError ? experimenter : standard) as Codec<ErrorBody>

const codeNamed = (name: Json | undefined): number | undefined =>
  errorEntries.find((entry) => entry.name === name)?.code
const expTypeNamed = (name: Json | undefined): number | undefined => experimenterErrorByName(String(name))?.expType

/** The codes of a JSON form by number; where a name stands, its number. */
const withNumbers = (source: JsonObject): JsonObject => ({
  ...source,
  code: codeNamed(source.code) ?? source.code ?? 0,
  expType: expTypeNamed(source.expType) ?? source.expType ?? 0,
})

const body: Codec<ErrorBody> = {
  decode: (reader) => codecOf(reader.remaining < 2 ? 0 : reader.view.getUint16(reader.pos)).decode(reader),
  encode: (writer, value, path) => codecOf(value.errorType).encode(writer, value, path),
  toJson(value) {
    const json = jsonObject(codecOf(value.errorType).toJson(value), 'error')
    const name = errorName(value)
    if (name === undefined) return json
    return 'experimenter' in value ? { ...json, expType: name } : { ...json, code: name }
  },
  fromJson(json, path) {
    const source = jsonObject(json, path)
    return codecOf(errorType.fromJson(source.errorType ?? null, `${path}.errorType`)).fromJson(
      withNumbers(source),
      path,
    )
  },
}

const helloFailed = 0

/** Text that a peer wrote, with octal escapes for what is not printable. */
export const printable = (data: Uint8Array): string =>
  Array.from(data, (byte) => {
    const char = String.fromCharCode(byte)
    return byte < 0x20 || byte > 0x7e || char === '\\' || char === '"' ? `\\${byte.toString(8).padStart(3, '0')}` : char
  }).join('')

const title = (error: ErrorBody): string => {
  const name = errorName(error)
  if (name !== undefined) return ovsErrorName(name)
  if ('code' in error) return `type=${error.errorType} code=${error.code}`
  return `experimenter=0x${error.experimenter.toString(16)} exp_type=${error.expType}`
}

/** A request was refused, or no conversation is possible (OpenFlow 1.3.5 §7.4.4). */
export const error = messageKind({
  name: 'error',
  ofp: 'OFPT_ERROR',
  wire: { type: 1 },
  body,
  text: (value, nested) =>
    ` ${title(value)}\n${value.errorType === helloFailed ? printable(value.data) : nested.text(value.data)}`,
})

/** An error message; `errorName` gives its name. */
export type ErrorMessage = MessageOf<typeof error>

/** Names of the errors that an error message can carry, for tables of what is supported. */
export const errorNames: readonly string[] = [...errorEntries, ...experimenterErrorEntries].map(({ name }) => name)

export const errorKinds = [error] as const
