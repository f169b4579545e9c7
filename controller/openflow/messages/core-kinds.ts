import { simpleKinds } from './simple.ts'

/** Messages of OpenFlow 1.3 itself that are neither multipart nor experimenter messages. */
export const coreKinds = [...simpleKinds] as const
