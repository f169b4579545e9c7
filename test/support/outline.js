// A reporter for node --test: one line for each test of a file, every failure and skip with all that
// tells about it, and no line for each assertion that holds.
import { Readable } from 'node:stream'
import { spec } from 'node:test/reporters'

/**
 * @typedef {{ type: string, data: { nesting?: number, skip?: string | boolean } }} TestEvent
 * @param {AsyncIterable<TestEvent>} source
 */
async function* withoutNestedPasses(source) {
  /** @type {TestEvent[]} Starts of nested tests by depth, until it is known whether one is to be shown. */
  const started = []
  for await (const event of source) {
    const { nesting = 0, skip } = event.data
    if (nesting === 0 || event.type === 'test:diagnostic') yield event
    else if (event.type === 'test:start') started[nesting] = event
    else if (event.type === 'test:fail' || (event.type === 'test:pass' && skip !== undefined)) {
      for (let depth = 1; depth <= nesting; depth++) {
        const start = started[depth]
        if (start !== undefined) yield start
        delete started[depth]
      }
      yield event
    }
  }
}

/** @param {AsyncIterable<TestEvent>} source */
export default async function* outline(source) {
  yield* Readable.from(withoutNestedPasses(source)).compose(new spec())
}
