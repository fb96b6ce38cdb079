// npm run db:migration <name>: writes the migration from the committed schema to the one in the working tree.
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { generateClient, schemaFile } from './generate.ts'
import { schemaDiff } from './schema-diff.ts'

const name = process.argv[2] ?? ''
if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  process.stderr.write('Give the migration a name of small letters, digits and underscores: npm run db:migration add_light_curves\n')
  process.exit(1)
}
const committed = execFileSync('git', ['show', 'HEAD:./schema.prisma'], { cwd: dirname(schemaFile), encoding: 'utf8' })
const script = await schemaDiff(committed, await readFile(schemaFile, 'utf8'))
const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
const folder = join(dirname(schemaFile), 'migrations', `${stamp}_${name}`)
await mkdir(folder)
await writeFile(join(folder, 'migration.sql'), script)
await generateClient()
process.stdout.write(
  `Wrote ${join(folder, 'migration.sql')}:\n\n${script}\nAdd what the schema cannot say, and read it with the data of others in mind.\n`
)
