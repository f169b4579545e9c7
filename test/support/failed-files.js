// A reporter for node --test: the files that something failed in, a line each.

/**
 * @typedef {{ type: string, data: { file?: string } }} TestEvent
 * @param {AsyncIterable<TestEvent>} source
 */
export default async function* failedFiles(source) {
  const seen = new Set()
  for await (const { type, data } of source) {
    if (type !== 'test:fail' || data.file === undefined || seen.has(data.file)) continue
    seen.add(data.file)
    yield `${data.file}\n`
  }
}
