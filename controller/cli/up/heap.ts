import { setFlagsFromString } from 'node:v8'

/** Percent of what lives. */
const mostGarbage = 30

/**
 * Has the heap collected when it has grown by a third: V8 would let it grow to several times what
 * lives, as after many ports come at once, and gives little of that back to the system.
 */
export const keepHeapSmall = (): void => setFlagsFromString(`--heap-growing-percent=${mostGarbage}`)
