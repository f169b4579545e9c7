/** Experimenter messages of Open vSwitch (Nicira) and of the ONF that hold no other message. */
export const experimenterKinds = [] as const
