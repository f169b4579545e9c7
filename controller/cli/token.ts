/** The API's token that the environment gives; a variable that is empty gives none, as one that was forgotten to be filled in. */
export const givenToken = (): string | undefined => process.env.HEDDLE_TOKEN || undefined
