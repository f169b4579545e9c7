import { Experimenter } from './experimenter.ts'

/** Errors that Open vSwitch sends over OpenFlow 1.3 as OFPET_EXPERIMENTER, by their type (ofp-errors.h). */
const niciraErrors = {
  NXBRC_NXM_INVALID: 2,
  NXBRC_NXM_BAD_TYPE: 3,
  NXBRC_MUST_BE_ZERO: 4,
  NXBRC_BAD_REASON: 5,
  OFPMOFC_MONITOR_EXISTS: 6,
  OFPMOFC_BAD_FLAGS: 7,
  OFPMOFC_UNKNOWN_MONITOR: 8,
  NXBRC_FM_BAD_EVENT: 9,
  NXBRC_UNENCODABLE_ERROR: 10,
  NXBAC_MUST_BE_ZERO: 11,
  NXFMFC_HARDWARE: 12,
  NXFMFC_BAD_TABLE_ID: 13,
  NXBAC_BAD_CONJUNCTION: 15,
  NXTTMFC_BAD_COMMAND: 16,
  NXTTMFC_BAD_OPT_LEN: 17,
  NXTTMFC_BAD_FIELD_IDX: 18,
  NXTTMFC_TABLE_FULL: 19,
  NXTTMFC_ALREADY_MAPPED: 20,
  NXTTMFC_DUP_ENTRY: 21,
  NXR_NOT_SUPPORTED: 34,
  NXR_STALE: 35,
  NXST_NOT_CONFIGURED: 36,
  NXFMFC_INVALID_TLV_FIELD: 37,
  NXTTMFC_INVALID_TLV_DEL: 38,
  NXBAC_BAD_HEADER_TYPE: 39,
  NXBAC_UNKNOWN_ED_PROP: 40,
  NXBAC_BAD_ED_PROP: 41,
  NXBAC_CT_DATAPATH_SUPPORT: 42,
  NXBMC_CT_DATAPATH_SUPPORT: 43,
  NXTFFC_DUP_TABLE: 44,
} as const

/** Errors of OpenFlow 1.4 that ONF extensions bring to 1.3 (bundles: extension 230). */
const onfErrors = {
  OFPBFC_UNKNOWN: 2300,
  OFPBFC_EPERM: 2301,
  OFPBFC_BAD_ID: 2302,
  OFPBFC_BUNDLE_EXIST: 2303,
  OFPBFC_BUNDLE_CLOSED: 2304,
  OFPBFC_OUT_OF_BUNDLES: 2305,
  OFPBFC_BAD_TYPE: 2306,
  OFPBFC_BAD_FLAGS: 2307,
  OFPBFC_MSG_BAD_LEN: 2308,
  OFPBFC_MSG_BAD_XID: 2309,
  OFPBFC_MSG_UNSUP: 2310,
  OFPBFC_MSG_CONFLICT: 2311,
  OFPBFC_MSG_TOO_MANY: 2312,
  OFPBFC_MSG_FAILED: 2313,
  OFPBFC_TIMEOUT: 2314,
  OFPBFC_BUNDLE_IN_PROGRESS: 2315,
  OFPFMFC_BAD_PRIORITY: 2360,
  OFPACFC_INVALID: 2370,
  OFPACFC_UNSUPPORTED: 2371,
  OFPACFC_EPERM: 2372,
  OFPBIC_DUP_INST: 2600,
  OFPBRC_MULTIPART_REQUEST_TIMEOUT: 2640,
  OFPBRC_MULTIPART_REPLY_TIMEOUT: 2641,
  OFPBAC_BAD_SET_MASK: 4250,
  OFPBPC_TOO_MANY: 4443,
  OFPBPC_DUP_TYPE: 4444,
  OFPBPC_BAD_EXPERIMENTER: 4445,
  OFPBPC_BAD_EXP_TYPE: 4446,
  OFPBPC_BAD_EXP_VALUE: 4447,
  OFPBPC_EPERM: 4448,
} as const

/** The name of an experimenter's error, such as `OFPBFC_BAD_ID`. */
export type ExperimenterErrorName = keyof typeof niciraErrors | keyof typeof onfErrors

/** One error of an experimenter: who defined it, its number there, its name. */
export interface ExperimenterErrorEntry {
  readonly experimenter: number
  readonly expType: number
  readonly name: ExperimenterErrorName
}

const entries = (experimenter: number, table: Readonly<Record<string, number>>): ExperimenterErrorEntry[] =>
  Object.entries(table).map(([name, expType]) => ({ experimenter, expType, name: name as ExperimenterErrorName }))

/** Every experimenter error that has a name. */
export const experimenterErrorEntries: readonly ExperimenterErrorEntry[] = [
  ...entries(Experimenter.NICIRA, niciraErrors),
  ...entries(Experimenter.ONF, onfErrors),
]

const keyOf = (experimenter: number, expType: number): number => experimenter * 0x1_0000 + expType
const byNumber = new Map(experimenterErrorEntries.map((entry) => [keyOf(entry.experimenter, entry.expType), entry]))
const byName = new Map(experimenterErrorEntries.map((entry) => [entry.name as string, entry]))

/** The error with these wire numbers, if it has a name. */
export const experimenterErrorByNumber = (experimenter: number, expType: number): ExperimenterErrorEntry | undefined =>
  byNumber.get(keyOf(experimenter, expType))

/** The wire numbers of a named error. */
export const experimenterErrorByName = (name: string): ExperimenterErrorEntry | undefined => byName.get(name)
