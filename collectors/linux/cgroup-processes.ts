import type { Target } from '../../target/index.ts'

/** Where the tree that holds every process may be mounted: version 2, hybrid hosts, systemd's of version 1. */
const roots = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd']
const mostGroups = 3_000
const mostBytes = 1 << 20

/**
 * The pids in `cgroup.procs` of all cgroups (cgroups(7)): a list of processes that does not come from /proc. Those of another
 * pid namespace stand there as 0 and are left out.
 */
export function cgroupPids(target: Target): Set<number> {
  const pids = new Set<number>()
  for (const root of roots) {
    if (target.files.lstat(`${root}/cgroup.procs`) === undefined) continue
    for (const pid of pidsBelow(target, root)) pids.add(pid)
  }
  return pids
}

function* pidsBelow(target: Target, root: string): Iterable<number> {
  const { files } = target
  // What is a plain file in one cgroup is one in all.
  const plain = new Set<string>()
  const groups = [root]
  let left = mostGroups
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    if (left-- <= 0) {
      target.addGap({ what: 'hidden processes', why: `only ${mostGroups} cgroups were looked at`, path: root })
      return
    }
    yield* parsePids(files.read(`${group}/cgroup.procs`, mostBytes, 'fine')?.toString('latin1') ?? '')
    // Its own name, the one in its parent, and one for each child.
    if (files.lstat(group)?.linkCount === 2) continue
    for (const name of files.list(group) ?? []) {
      if (plain.has(name)) continue
      const path = `${group}/${name}`
      if (files.lstat(path)?.type === 'directory') groups.push(path)
      else plain.add(name)
    }
  }
}

export function parsePids(text: string): number[] {
  return text.split('\n').flatMap(line => (/^[1-9]\d{0,9}$/.test(line) ? [Number(line)] : []))
}
