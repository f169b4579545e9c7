import { descKinds } from './desc.ts'

/** Every multipart message of OpenFlow 1.3 and of Open vSwitch. */
export const multipartKinds = [...descKinds] as const
