/** Milliseconds that processors have worked for this process, ever: other work of the machine does not count. */
export const processorTime = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
