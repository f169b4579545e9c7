import type { ExperimenterErrorName } from '../../controller/openflow/wire/error-experimenter.ts'

/** The switch refuses a request with an error that the standard does not have, but an experimenter. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly errorName: ExperimenterErrorName

  constructor(errorName: ExperimenterErrorName, message: string) {
    super(`${errorName}: ${message}`)
    this.errorName = errorName
  }
}
