import { pipeline, type Readable } from 'node:stream'
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
  const encodings = contentEncoding
    .split(',')
    .map(encoding => encoding.trim())
    .filter(encoding => encoding !== '' && encoding !== 'identity')
  if (encodings.length > 2) throw reporter.fault('bad-response', 'compressed its answer more than twice')
  return encodings.reduceRight<Readable>((stream, encoding) => {
    const decoder = decoders[encoding]?.()
    if (!decoder) throw reporter.fault('bad-response', `compressed its answer in a way that we do not know: ${encoding}`)
    return pipeline(stream, decoder, () => {})
  }, body)
}

const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: () => createGunzip({ chunkSize }),
  'x-gzip': () => createGunzip({ chunkSize }),
  deflate: () => createInflate({ chunkSize }),
  br: () => createBrotliDecompress({ chunkSize }),
  zstd: () => createZstdDecompress({ chunkSize })
}
