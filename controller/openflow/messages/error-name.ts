import { experimenterErrorByNumber } from '../wire/error-experimenter.ts'
import { errorByNumber } from '../wire/error-table.ts'

/** OFPET_EXPERIMENTER (OpenFlow 1.3.5 §7.4.4) */
export const experimenterError = 0xffff

/** The numbers that name an error. */
export type ErrorNumbers =
  | { readonly errorType: number; readonly code: number }
  | { readonly errorType: number; readonly experimenter: number; readonly expType: number }

/**
 * The name of an error: the standard's, such as `OFPBRC_BAD_LEN`, or for an experimenter's error
 * Open vSwitch's, such as `OFPBFC_BAD_ID`. Undefined where it has none.
 */
export const errorName = (error: ErrorNumbers): string | undefined =>
  'experimenter' in error
    ? experimenterErrorByNumber(error.experimenter, error.expType)?.name
    : errorByNumber(error.errorType, error.code)?.name

/** Names of OpenFlow 1.0, 1.4 or its own that Open vSwitch gives to errors of OpenFlow 1.3. */
const ovsNames: Readonly<Record<string, string>> = {
  OFPBRC_BAD_MULTIPART: 'OFPBRC_BAD_STAT',
  OFPBRC_BAD_EXPERIMENTER: 'OFPBRC_BAD_VENDOR',
  OFPBRC_BAD_EXP_TYPE: 'OFPBRC_BAD_SUBTYPE',
  OFPBRC_IS_SLAVE: 'OFPBRC_IS_SECONDARY',
  OFPBAC_BAD_EXPERIMENTER: 'OFPBAC_BAD_VENDOR',
  OFPBAC_BAD_EXP_TYPE: 'OFPBAC_BAD_VENDOR_TYPE',
  OFPTFFC_BAD_TYPE: 'OFPBPC_BAD_TYPE',
  OFPTFFC_BAD_LEN: 'OFPBPC_BAD_LEN',
  OFPTFFC_BAD_ARGUMENT: 'OFPBPC_BAD_VALUE',
}

/** What Open vSwitch calls an error that has this name in the standard. */
export const ovsErrorName = (name: string): string => ovsNames[name] ?? name
