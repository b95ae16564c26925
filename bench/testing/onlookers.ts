import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Onlooker, type StartRange, until } from './start-range.ts'

// What people use: each as its manual says, within the range.

/** Debian packages of all. */
export const packages = ['auditd', 'clamav-daemon', 'bpftrace', 'strace']

const clamdConfig = `LocalSocket /run/clamav/clamd.ctl
User clamav
Foreground yes
DatabaseDirectory /var/lib/clamav
OnAccessIncludePath /root/bench
OnAccessIncludePath /usr/bin
OnAccessPrevention yes
OnAccessExcludeUname clamav
`
/** Twelve signatures in place of its eight million: what is compared is the way to an answer. */
const signatures = Array.from({ length: 12 }, (_, at) => {
  const words = Buffer.from(`davylamp bench signature ${at}`).toString('hex')
  return `Bench.Signature.${at}:0:*:${words}\n`
}).join('')

/** clamonacc asks clamd about each file that is opened, before it is. */
export function clamonacc({ range }: StartRange): Onlooker {
  let children: ChildProcess[] = []
  return {
    name: 'clamonacc + clamd',
    async on() {
      await range.sh('systemctl stop clamav-daemon.socket clamav-daemon clamav-freshclam clamav-clamonacc || true')
      await range.sh('mkdir -p /run/clamav && chown clamav /run/clamav && rm -f /run/clamav/*')
      await range.sh('cat > /root/bench/clamd.conf', { input: clamdConfig })
      await range.sh('rm -rf /var/lib/clamav/* && cat > /var/lib/clamav/bench.ndb', { input: signatures })
      await range.sh('chmod 711 /root && chmod 755 /root/bench')
      const clamd = range.startBeside(['/usr/sbin/clamd', '--config-file=/root/bench/clamd.conf'])
      children = [clamd]
      await until(() => existsSync(`${range.inside}/run/clamav/clamd.ctl`), 'clamd')
      const words = [
        '--foreground',
        '--fdpass',
        '--config-file=/root/bench/clamd.conf',
        '--log=/root/bench.clamonacc.log',
      ]
      children.push(range.startBeside(['/usr/sbin/clamonacc', ...words]))
      await pause(3_000)
      if (children.some(one => one.exitCode !== null)) throw new Error('clamonacc ended by itself')
    },
    async off() {
      await range.sh('pkill -KILL -x clamonacc; pkill -KILL -x clamd; true')
      await until(() => children.every(one => one.exitCode !== null || one.signalCode !== null), 'the end of clamd')
    },
  }
}

/** auditd with the usual rule for starts. */
export function auditd({ range }: StartRange): Onlooker {
  return {
    name: 'auditd',
    async on() {
      // A question first: in a pid namespace the kernel refuses that too, and nothing of this machine is changed by it.
      const { status, stdout, stderr } = await range.exec(['/usr/sbin/auditctl', '-s'])
      if (status !== 0) throw new Error(`auditctl: ${(stderr + stdout).trim()}`)
      throw new Error('the kernel lets a range ask: a rule would be one for the whole machine')
    },
    off: async () => {},
  }
}

/** execsnoop.bt of bpftrace: a line for each start. */
export function execsnoop({ range }: StartRange): Onlooker {
  let child: ChildProcess | undefined
  return {
    name: 'execsnoop (bpftrace)',
    async on() {
      await range.sh('test -e /sys/kernel/tracing/events || mount -t tracefs tracefs /sys/kernel/tracing')
      const said: string[] = []
      child = range.startBeside(['/usr/sbin/execsnoop.bt'])
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (some: Buffer) => said.push(some.toString()))
      await pause(3_000)
      if (child.exitCode !== null) throw new Error(said.join('').trim().slice(0, 300))
    },
    async off() {
      const { exitCode } = child ?? {}
      if (exitCode !== null) return
      const ended = new Promise(resolve => child?.once('exit', resolve))
      await range.sh('pkill -KILL -x bpftrace; true')
      await ended
    },
  }
}
