/** One thing that is amiss, and the command that mends it. */
export interface Diagnosis {
  readonly level: string
  readonly dpid?: string
  readonly bridge?: string
  readonly finding: string
  readonly mend?: string
}
