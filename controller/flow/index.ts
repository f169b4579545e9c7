export { MeterFlags, type Slab, TextSyntaxError } from '../openflow/index.ts'
export { moveField, output, resubmit, setField } from './actions.ts'
export {
  appNumber,
  type Cookie,
  cookieHigh,
  decodeCookie,
  encodeCookie,
  isLearned,
  learnedUnit,
  unitNumber,
} from './cookie.ts'
export {
  describeEntry,
  describeFlow,
  describeGroup,
  describeMeter,
  describeParts,
  type FlowText,
  usesNormal,
} from './describe.ts'
export { Flow, type FlowSpec } from './flow.ts'
export { type Bundle, writeBundleHeader, writeFlowMod } from './flow-mod.ts'
export { GroupEntry, GroupModOffset, MeterEntry, ownGroups, ownMeters } from './group.ts'
export {
  fromPort,
  fromTunnel,
  guardedBit,
  type IntegrationStages,
  inNetwork,
  integration,
  integrationTable,
  measuresAgainst,
  meteredBit,
  meteredInBit,
  networkMask,
  portMask,
  tooLong,
} from './integration.ts'
export { type FlowQuery, meant, parseFlowQuery } from './query.ts'
export { allotRegisters, type BitRange, RegisterError } from './registers.ts'
export { FlowBuilder, type Learned, pipeline, type Stage, type StageOptions, type Stages } from './stage.ts'
