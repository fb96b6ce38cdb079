import { chmod, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Makes the folder of the data where there is none; whatever the umask, the account of PostgreSQL may enter it. */
export async function makeDataFolder(dataDir: string): Promise<void> {
  if (await makeFolder(dataDir)) await chmod(dataDir, 0o755)
}

/**
 * Makes a folder and those that it is in; answers whether it was made just now. Node's own `recursive` tries for ever
 * where nothing can be made, as in /proc.
 */
async function makeFolder(path: string): Promise<boolean> {
  const outcome = await tryToMake(path)
  if (outcome !== 'ENOENT') return outcome === 'made'
  await makeFolder(dirname(path))
  const repeated = await tryToMake(path)
  if (repeated === 'ENOENT') throw new Error(`no folder can be made in ${dirname(path)}`)
  return repeated === 'made'
}

async function tryToMake(path: string): Promise<'made' | 'EEXIST' | 'ENOENT'> {
  try {
    await mkdir(path)
    return 'made'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST' || (code === 'ENOENT' && dirname(path) !== path)) return code
    throw error
  }
}

/** Does what needs a DATA_DIR that can be written to; when it fails, the error says what to set. */
export async function withDataFolder<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `DATA_DIR is ${dataDir}, which cannot be used (${reason}): set it to a folder that this account may write to, or set DATABASE_URL.`,
      { cause }
    )
  }
}
