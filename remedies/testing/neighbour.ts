import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { until } from '../processes.ts'

/** Another network namespace at the other end of a cable. */
export interface Neighbour {
  /** Starts a script of node there; ends with the test. */
  start(script: string): void
  /** Whether a TCP connection from there comes about. */
  connects(address: string, port: number): boolean
}

export const net = (command: string) => execFileSync('ip', command.split(' '), { stdio: 'pipe' })

/** For tests in a network of their own: a neighbour with these addresses (as `address/bits`), `ours` at this end as its gateway. */
export async function neighbour(
  test: TestContext,
  name: string,
  ours: readonly string[],
  theirs: readonly string[],
): Promise<Neighbour> {
  const holder = spawn('unshare', ['-n', 'sleep', '120'], { stdio: 'ignore' })
  test.after(() => holder.kill('SIGKILL'))
  const pid = holder.pid ?? 0
  const space = (of: number | 'self') => readlinkSync(`/proc/${of}/ns/net`)
  await until(() => space(pid) !== space('self'), 2_000)
  const there = ['-t', `${pid}`, '-n']
  const netThere = (command: string) =>
    execFileSync('nsenter', [...there, 'ip', ...command.split(' ')], { stdio: 'pipe' })
  net(`link add ${name}0 type veth peer name ${name}1`)
  net(`link set ${name}1 netns ${pid}`)
  net(`link set ${name}0 up`)
  netThere('link set lo up')
  netThere(`link set ${name}1 up`)
  for (const address of ours) net(`addr add ${address} dev ${name}0${nodad(address)}`)
  for (const address of theirs) netThere(`addr add ${address} dev ${name}1${nodad(address)}`)
  const four = ours.find(address => !address.includes(':'))?.split('/')[0]
  if (four !== undefined) netThere(`route add default via ${four}`)
  const six = ours.find(address => address.includes(':'))?.split('/')[0]
  if (six !== undefined) netThere(`-6 route add default via ${six}`)
  return {
    start(script) {
      const one = spawn('nsenter', [...there, process.execPath, '-e', script], { stdio: 'ignore' })
      test.after(() => one.kill('SIGKILL'))
    },
    connects(address, port) {
      const script = `require('net').connect({host:'${address}',port:${port}},()=>process.exit(0)).on('error',()=>process.exit(1));setTimeout(()=>process.exit(2),700)`
      return spawnSync('nsenter', [...there, process.execPath, '-e', script]).status === 0
    },
  }
}

function nodad(address: string): string {
  return address.includes(':') ? ' nodad' : ''
}
