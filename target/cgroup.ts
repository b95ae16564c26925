/** The cgroup of a process from `/proc/PID/cgroup` (cgroups(7)): that of version 2, of systemd, or the deepest other one. */
export function cgroupPath(text: string): string | undefined {
  const paths = text.split('\n', 64).flatMap(line => {
    const match = /^(\d+):([^:]*):(\/.*)$/.exec(line)
    return match ? [{ id: match[1], controllers: match[2], path: match[3] ?? '/' }] : []
  })
  const first = paths.find(({ id, path }) => id === '0' && path !== '/')
  const systemd = paths.find(({ controllers, path }) => controllers === 'name=systemd' && path !== '/')
  const deepest = paths.toSorted((a, b) => b.path.length - a.path.length)[0]
  return (first ?? systemd ?? deepest)?.path
}

/** The id of the container in a `/proc/PID/cgroup`: Docker, containerd, CRI-O, podman, LXC. */
export function containerId(text: string): string | undefined {
  const bare = /[/:-]([0-9a-f]{64})(?:\.scope)?(?:\/|$)/m.exec(text)?.[1]
  if (bare !== undefined) return bare
  return /\/lxc(?:\.payload)?[./]([\w.-]+)/.exec(text)?.[1]
}
