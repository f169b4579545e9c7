import { fileURLToPath } from 'node:url'

/** The script of `heddle`: where all tests run, built of the sources; else it runs the sources. */
export const bin =
  process.env.HEDDLE_TEST_COMMAND ?? fileURLToPath(new URL('../../controller/cli/heddle.js', import.meta.url))
