import { Problem } from '../../http/problems.ts'

/** Reads the body of a request as text, piece by piece; throws 400 when it is not UTF-8, 413 when it has more than so many bytes. */
export async function* readTexts(body: AsyncIterable<Buffer>, mostBytes: number): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new Problem(413, `The body is larger than ${mostBytes} bytes.`)
    yield decode(() => decoder.decode(chunk, { stream: true }))
  }
  yield decode(() => decoder.decode())
}

function decode(read: () => string): string {
  try {
    return read()
  } catch (cause) {
    throw new Problem(400, 'The body is not UTF-8.', { cause })
  }
}
