/** Numbers of those who extend OpenFlow (OpenFlow 1.3.5 §7.5.4); NSH is ONF's extension for that header. */
export const Experimenter = { NICIRA: 0x2320, ONF: 0x4f4e4600, NSH: 0x005ad650 } as const
