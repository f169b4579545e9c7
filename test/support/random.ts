import fc from 'fast-check'

/** Of all that is random in a run of the tests: `SEED=… npm test -- PART` repeats it. */
export const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)

fc.configureGlobal({ seed })

export default fc
