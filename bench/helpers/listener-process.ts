// Those who follow a run, as a process of their own, so that nobody's clock waits for them: see listeners.ts.
const [url = '', count = '1'] = process.argv.slice(2)
const times: number[][] = []
const lineBreak = 10
let listeners = 0

async function listen(): Promise<void> {
  const { body } = await fetch(url)
  listeners++
  let line = 0
  let before = lineBreak
  for await (const chunk of body ?? []) {
    for (const byte of chunk) {
      // An empty line only keeps the connection.
      if (byte === lineBreak && before !== lineBreak) note(line++)
      before = byte
    }
  }
}

/** Tells the parent when all of them have a line, and when each of them had it. */
function note(line: number): void {
  const ofLine = times[line] ?? []
  times[line] = ofLine
  ofLine.push(performance.timeOrigin + performance.now())
  if (ofLine.length === Number(count)) process.send?.(ofLine)
}

for (let begun = 0; begun < Number(count); begun += 50) {
  for (let index = begun; index < Math.min(begun + 50, Number(count)); index++) listen().catch(() => process.exit(1))
  while (listeners < Math.min(begun + 50, Number(count))) await new Promise(resolve => setTimeout(resolve, 10))
}
