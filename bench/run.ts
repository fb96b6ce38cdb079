// npm run bench <name> [-- options]: runs one of the benchmarks of this folder, each of which tells its options at its head.
const [name = ''] = process.argv.slice(2)
if (!/^[a-z-]+$/.test(name) || name === 'run') {
  process.stderr.write('Say which benchmark to run: npm run bench targets\n')
  process.exit(1)
}
await import(`./${name}.ts`)
