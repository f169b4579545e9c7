// A reporter for node --test: where the outermost tests that failed were made, a line each: mostly the files that were run.

/**
 * @typedef {{ type: string, data: { nesting: number, file?: string } }} TestEvent
 * @param {AsyncIterable<TestEvent>} source
 */
export default async function* failedFiles(source) {
  const seen = new Set()
  for await (const { type, data } of source) {
    const { nesting, file = 'nowhere' } = data
    if (type !== 'test:fail' || nesting > 0 || seen.has(file)) continue
    seen.add(file)
    yield `${file}\n`
  }
}
