import type { ChildProcess } from 'node:child_process'

export interface Done {
  /** 128 where a signal ended it; -1 when it was cut off by the time limit. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** What a child printed and how it ended. At the time limit its whole process group is killed. */
export function collect(child: ChildProcess, timeoutMs: number): Promise<Done> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  return new Promise((resolveDone, fail) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      killGroup(child)
    }, timeoutMs)
    const finish = (code: number | null) => {
      clearTimeout(timer)
      resolveDone({
        status: late ? -1 : (code ?? 128),
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      })
    }
    child.once('error', fail)
    // Not 'close': what was started in the background may keep the pipes.
    child.once('exit', code =>
      setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
        finish(code)
      }, 20),
    )
  })
}

/** Kills a child that leads a process group, with the group. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It ended meanwhile.
  }
}

/** A line of shell that puts itself into the cgroups and becomes the program. */
export function joinCgroups(directories: readonly string[], argv: readonly string[]): string {
  const joins = directories.map(directory => `echo $$ > ${quote(`${directory}/cgroup.procs`)}`)
  return `${joins.join(' && ')} && exec ${argv.map(quote).join(' ')}`
}

export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
