import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import type { Answer } from './http-send.ts'
import type { Watch } from './http-watch.ts'

const beginning = 65_536
const chunkSize = 65_536

/** Reads a body chunk by chunk as fast as they are taken, decompressed; throws `bad-response` when it grows too large. */
export async function* readBody(
  answer: Answer,
  { watch, maxBytes }: { watch: Watch; maxBytes: number }
): AsyncGenerator<Buffer, void, undefined> {
  const { reporter, body } = answer
  const stream = decompress(answer)
  const chunks = stream[Symbol.asyncIterator]()
  let size = 0
  try {
    for (;;) {
      const next = await watch.wait(chunks.next()).catch(cause => {
        throw reporter.broken(cause)
      })
      if (next.done) return
      size += next.value.length
      if (size > maxBytes) throw reporter.fault('bad-response', `sent more than the ${maxBytes} bytes that are allowed`)
      yield next.value
    }
  } finally {
    stream.destroy()
    body.destroy()
  }
}

/** Reads a whole body. */
export async function readWhole(answer: Answer, options: { watch: Watch; maxBytes: number }): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(readBody(answer, options)))
}

/** Reads what can be had of a body for a quote: it never fails, and never waits for long. */
export async function readBeginning(answer: Answer, watch: Watch): Promise<string> {
  const chunks: Buffer[] = []
  const collect = async () => {
    let size = 0
    for await (const chunk of decompress(answer)) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= beginning) return
    }
  }
  await watch.wait(collect()).catch(() => {})
  answer.body.destroy()
  return Buffer.concat(chunks).subarray(0, beginning).toString()
}

function decompress({ body, contentEncoding, reporter }: Answer): Readable {
  const encodings = contentEncoding.split(/[\s,]+/).filter(encoding => encoding !== '' && encoding !== 'identity')
  const makers = encodings.map(encoding => decoders.get(encoding))
  if (makers.length > 2 || makers.includes(undefined)) {
    body.destroy()
    throw reporter.fault('bad-response', `compressed its answer in a way that cannot be read: ${reporter.quote(contentEncoding)}`)
  }
  return makers.reduceRight<Readable>((stream, make) => (make ? pipeline(stream, make({ chunkSize }), () => {}) : stream), body)
}

const decoders = new Map<string, (options: { chunkSize: number }) => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress]
])
