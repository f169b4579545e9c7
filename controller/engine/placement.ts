const none: ReadonlySet<string> = new Set()

/** At which one place, such as a switch or a network, each object of a rule matters, found both ways. */
export class Placement<Place> {
  private readonly places = new Map<string, Place>()
  private readonly objects = new Map<Place, Set<string>>()

  /** The place of an object, if it matters anywhere. */
  placeOf(key: string): Place | undefined {
    return this.places.get(key)
  }

  /** The objects of a place. */
  objectsAt(place: Place): ReadonlySet<string> {
    return this.objects.get(place) ?? none
  }

  /** Moves an object to a place; to none where it matters nowhere any more. */
  put(key: string, place: Place | undefined): void {
    const before = this.places.get(key)
    if (before === place) return
    if (before !== undefined) this.takeFrom(before, key)
    if (place === undefined) this.places.delete(key)
    else {
      this.places.set(key, place)
      const there = this.objects.get(place)
      if (there) there.add(key)
      else this.objects.set(place, new Set([key]))
    }
  }

  private takeFrom(place: Place, key: string): void {
    const there = this.objects.get(place)
    there?.delete(key)
    if (there?.size === 0) this.objects.delete(place)
  }
}
