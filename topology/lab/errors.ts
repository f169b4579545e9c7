/** Something that the user can mend: shown as it is, without a stack. */
export class LabError extends Error {
  override readonly name = 'LabError'
}
