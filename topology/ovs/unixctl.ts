import { once } from 'node:events'
import { connect } from 'node:net'

interface Reply {
  readonly result: string | null
  readonly error: string | null
}

const deadline = 30_000

/** The end of the first JSON object in a text, or -1 while it is not whole. */
const endOfObject = (text: string): number => {
  let depth = 0
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (quoted) {
      if (char === '\\') index++
      else quoted = char !== '"'
    } else if (char === '"') quoted = true
    else if (char === '{') depth++
    else if (char === '}' && --depth === 0) return index + 1
  }
  return -1
}

/**
 * Gives a daemon of Open vSwitch many commands over one connection, where ovs-appctl would be a
 * process for each (ovs-appctl(8); JSON-RPC 1.0).
 *
 * @param path the daemon's control socket
 * @param commands each a command and its arguments, such as `['tnl/neigh/set', 'br-ex', '10.0.0.1', '02:…']`
 * @returns what each printed
 * @throws Error with the words of the first that was refused
 */
export const unixctl = async (path: string, commands: readonly (readonly string[])[]): Promise<string[]> => {
  const socket = connect(path).setEncoding('utf8').setTimeout(deadline)
  socket.on('timeout', () => socket.destroy(new Error(`${path} did not answer within ${deadline} ms`)))
  await once(socket, 'connect')
  const requests = commands.map(([method, ...params], id) => JSON.stringify({ id, method, params }))
  socket.write(requests.join(''))
  const printed: string[] = []
  let text = ''
  if (commands.length === 0) socket.destroy()
  for await (const chunk of socket) {
    text += chunk
    for (let end = endOfObject(text); end > 0; end = endOfObject(text)) {
      const { result, error } = JSON.parse(text.slice(0, end)) as Reply
      if (error !== null) throw new Error(`${commands[printed.length]?.join(' ')}: ${error.trim()}`)
      printed.push(result ?? '')
      text = text.slice(end)
    }
    if (printed.length === commands.length) break
  }
  socket.destroy()
  if (printed.length < commands.length) throw new Error(`${path} closed before it had answered`)
  return printed
}
