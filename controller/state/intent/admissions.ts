import type { Admission, NamedAdmission } from './admission.ts'
import { AdmissionError } from './settle.ts'
import type { Follower, Table } from './table.ts'

interface Fed {
  readonly app: string
  readonly follower: Follower
  failure: unknown
}

/** The apps that have a part in changes, each told of every entity from the time on when it was first seen. */
export class Admissions {
  private readonly table: Table
  private readonly source: () => Iterable<NamedAdmission>
  private readonly fed = new Map<Admission, Fed>()

  constructor(table: Table, source: () => Iterable<NamedAdmission>) {
    this.table = table
    this.source = source
  }

  /**
   * Those of the apps that are loaded now.
   *
   * @throws AdmissionError for one that failed while it was told of entities; it is told of all of them again the next time
   */
  current(): readonly NamedAdmission[] {
    const current = [...this.source()]
    for (const [admission, { follower }] of this.fed) {
      if (!current.some((one) => one.admission === admission)) this.forget(admission, follower)
    }
    for (const one of current) this.feed(one)
    return current
  }

  private feed({ app, admission }: NamedAdmission): void {
    const known = this.fed.get(admission) ?? this.begin(app, admission)
    if (known.failure === undefined) return
    this.forget(admission, known.follower)
    throw new AdmissionError(app, known.failure)
  }

  private begin(app: string, admission: Admission): Fed {
    const fed: Fed = {
      app,
      follower: (kind, id, value) => {
        if (fed.failure !== undefined) return
        try {
          admission.follow?.(kind, id, value)
        } catch (error) {
          fed.failure = error
        }
      },
      failure: undefined,
    }
    this.fed.set(admission, fed)
    if (admission.follow) this.table.follow(fed.follower)
    return fed
  }

  private forget(admission: Admission, follower: Follower): void {
    this.fed.delete(admission)
    this.table.unfollow(follower)
  }
}
