/** Milliseconds since 1970, with fractions: for times that several processes tell. */
export const now = (): number => performance.timeOrigin + performance.now()
