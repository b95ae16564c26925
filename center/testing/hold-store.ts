import { openStore } from '../store/index.ts'
import { silentLog } from './silent-log.ts'

// A center as far as its store goes: opens it, says the server's pid, and holds it until it is ended.
const [state = '', binaries] = process.argv.slice(2)
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
try {
  const store = await openStore({ source: { embedded: { state, binaries } }, log: silentLog })
  process.once('SIGTERM', () => store.close().then(() => process.exit(0)))
  say({ pid: store.embedded?.health().pid, connection: { ...store.connection } })
  setInterval(() => {}, 60_000)
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error) })
}
