import { createServer, type Socket } from 'node:net'
import { argv } from 'node:process'
import { poolPort } from '../../hosts/host-part.ts'

/**
 * A mining pool as far as the look-alikes need one: it answers stratum logins with jobs that mean nothing. It runs beside the
 * host, in its network only, as a pool somewhere else would: no process of the host owns its port. Ends with the range, or
 * after an hour.
 */
function serve(port: number): void {
  const server = createServer(answer)
  server.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'))
  setTimeout(() => process.exit(0), 3_600_000)
}

function answer(client: Socket): void {
  client.on('error', () => client.destroy())
  const news = setInterval(
    () => client.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'job', params: job() })}\n`),
    10_000,
  )
  client.on('close', () => clearInterval(news))
  client.on('data', () => {
    const result = { id: 'range', job: job(), extensions: ['algo', 'keepalive'], status: 'OK' }
    client.write(`${JSON.stringify({ id: 1, jsonrpc: '2.0', error: null, result })}\n`)
  })
}

function job(): object {
  return {
    blob: '00'.repeat(76),
    job_id: 'range',
    target: 'ffffffff',
    algo: 'rx/0',
    height: 0,
    seed_hash: '00'.repeat(32),
  }
}

if (argv[1]?.endsWith('/fake-pool.ts') === true) serve(Number(argv[2] ?? poolPort))
