import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { callNumbers } from '../native/call-numbers.ts'
import { fetchedPackage } from './fetched-package.ts'

// Numbers and layouts that native/ relies on, held against the kernel's own headers for both processors.

interface Machine {
  readonly name: string
  readonly at: 0 | 1
  /** Folders of the headers. */
  readonly include: readonly string[]
  /** Where the numbers of calls are. */
  readonly calls: string
  readonly compiler: string
}

const fetched = fetchedPackage('linux-libc-dev-arm64-cross', 'usr/aarch64-linux-gnu/include/')
const machines: readonly (Machine | string)[] = [
  {
    name: 'x86-64',
    at: 0,
    include: ['/usr/include/x86_64-linux-gnu', '/usr/include'],
    calls: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h',
    compiler: 'x86_64-linux-gnu-gcc',
  },
  typeof fetched === 'string' ? fetched : arm64(join(fetched.folder, 'usr/aarch64-linux-gnu/include')),
]

function arm64(include: string): Machine {
  return {
    name: 'arm64',
    at: 1,
    include: [include],
    calls: join(include, 'asm-generic/unistd.h'),
    compiler: 'aarch64-linux-gnu-gcc',
  }
}

for (const machine of machines) {
  const name = typeof machine === 'string' ? 'arm64' : machine.name
  test(`numbers of calls: ${name}`, t => {
    if (typeof machine === 'string') return t.skip(machine)
    if (!existsSync(machine.calls)) return t.skip(`there is no ${machine.calls}`)
    const text = readFileSync(machine.calls, 'utf8')
    const numbers = new Map(
      [...text.matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)$/gm)].map(([, call = '', number]) => [
        call,
        Number(number),
      ]),
    )
    for (const [call, both] of Object.entries(callNumbers)) assert.equal(both[machine.at], numbers.get(call), call)
  })

  test(`constants and layouts: ${name}`, t => {
    if (typeof machine === 'string') return t.skip(machine)
    if (!existsSync(machine.calls)) return t.skip(`there is no ${machine.calls}`)
    const claims = machine.at === 1 ? [...everywhere, ...onArm64] : [...everywhere, ...onX64]
    const done = checked(machine, claims)
    if (done.error !== undefined) return t.skip(`there is no ${machine.compiler}`)
    assert.equal(done.stderr, '')
    // A compiler that lets everything through would prove nothing.
    assert.match(checked(machine, [['O_CLOEXEC', 1]]).stderr, /O_CLOEXEC/)
  })
}

type Claim = readonly [expression: string, value: number]

function checked({ compiler, include }: Machine, claims: readonly Claim[]) {
  const lines = [
    ...headers.map(one => `#include <${one}>`),
    '#define offset(type, member) __builtin_offsetof(type, member)',
    ...claims.map(
      ([expression, value]) =>
        `_Static_assert((unsigned long)(${expression}) == ${value}ul, ${JSON.stringify(expression)});`,
    ),
  ]
  // Those of the kernel alone: the C library has its own of the same names.
  const folders = include.flatMap(folder => ['-I', folder])
  const words = ['-nostdinc', ...folders, '-fsyntax-only', '-x', 'c', '-']
  return spawnSync(compiler, words, { input: lines.join('\n'), encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
}

const headers = [
  'asm/fcntl.h',
  'asm/statfs.h',
  'asm/siginfo.h',
  'asm/signal.h',
  'asm/socket.h',
  'asm/poll.h',
  'asm/ioctls.h',
  'asm/errno.h',
  'linux/time.h',
  'linux/time_types.h',
  'linux/stat.h',
  'linux/openat2.h',
  'linux/fs.h',
  'linux/mount.h',
  'linux/memfd.h',
  'linux/inotify.h',
  'linux/fanotify.h',
  'linux/bpf.h',
  'linux/inet_diag.h',
  'linux/tcp.h',
  'linux/netlink.h',
  'linux/connector.h',
  'linux/cn_proc.h',
  'linux/filter.h',
  'linux/if_packet.h',
  'linux/uio.h',
  'linux/xattr.h',
]

/** What native/ has for both processors. */
const everywhere: readonly Claim[] = [
  ['O_WRONLY', 1],
  ['O_RDWR', 2],
  ['O_CREAT', 0o100],
  ['O_EXCL', 0o200],
  ['O_NOCTTY', 0o400],
  ['O_NONBLOCK', 0o4000],
  ['O_NOATIME', 0o1000000],
  ['O_CLOEXEC', 0o2000000],
  ['O_PATH', 0o10000000],
  ['-AT_FDCWD', 100],
  ['AT_SYMLINK_NOFOLLOW', 0x100],
  ['AT_REMOVEDIR', 0x200],
  ['AT_NO_AUTOMOUNT', 0x800],
  ['AT_EMPTY_PATH', 0x1000],
  ['F_SETLK', 6],
  ['F_WRLCK', 1],
  ['F_DUPFD_CLOEXEC', 1030],
  ['F_ADD_SEALS', 1033],
  ['F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE', 0xf],
  ['MFD_CLOEXEC | MFD_ALLOW_SEALING', 3],
  ['sizeof(struct flock)', 32],
  ['SIGHUP', 1],
  ['SIGKILL', 9],
  ['SIGCONT', 18],
  ['SIGSTOP', 19],
  ['SIGEV_SIGNAL', 0],
  ['offset(struct sigevent, sigev_signo)', 8],
  ['offset(struct sigevent, sigev_notify)', 12],
  ['sizeof(struct sigevent)', 64],
  ['offset(struct __kernel_itimerspec, it_value)', 16],
  ['CLOCK_MONOTONIC', 1],
  ['CLOCK_BOOTTIME', 7],
  ['SOL_SOCKET', 1],
  ['SO_RCVTIMEO_OLD', 20],
  ['SO_ATTACH_FILTER', 26],
  ['SO_RCVBUFFORCE', 33],
  ['POLLIN', 1],
  ['POLLERR | POLLHUP | POLLNVAL', 0x38],
  ['sizeof(struct pollfd)', 8],
  ['FS_IOC_GETFLAGS', 0x80086601],
  ['FS_IOC_SETFLAGS', 0x40086602],
  ['FS_IMMUTABLE_FL', 0x10],
  ['FS_APPEND_FL', 0x20],
  ['RENAME_NOREPLACE', 1],
  ['MS_BIND', 0x1000],
  ['MS_REC | MS_PRIVATE', 0x4_4000],
  ['MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC', 0xf],
  ['FSCONFIG_CMD_CREATE', 6],
  ['sizeof(struct open_how)', 24],
  ['offset(struct open_how, resolve)', 16],
  ['RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS', 0x12],
  ['RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS', 0x0e],
  ['STATX_BASIC_STATS', 0x7ff],
  ['sizeof(struct statx)', 256],
  ['offset(struct statx, stx_nlink)', 4 * 4],
  ['offset(struct statx, stx_mode)', 4 * 7],
  ['offset(struct statx, stx_ino)', 4 * 8],
  ['offset(struct statx, stx_size)', 4 * 10],
  ['offset(struct statx, stx_blocks)', 4 * 12],
  ['offset(struct statx, stx_ctime)', 4 * 24],
  ['offset(struct statx, stx_dev_major)', 4 * 34],
  ['offset(struct statx, stx_dev_minor)', 4 * 35],
  ['offset(struct statfs, f_fsid)', 56],
  ['offset(struct statfs, f_flags)', 80],
  ['sizeof(struct statfs)', 120],
  ['IN_ISDIR', 0x4000_0000],
  ['IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE', 0x3cc],
  ['IN_Q_OVERFLOW', 0x4000],
  ['IN_IGNORED', 0x8000],
  ['IN_ONLYDIR', 0x0100_0000],
  ['offset(struct inotify_event, len)', 12],
  ['sizeof(struct inotify_event)', 16],
  ['FAN_CLOEXEC | FAN_NONBLOCK | FAN_CLASS_CONTENT | FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS', 0x37],
  ['FAN_REPORT_DIR_FID | FAN_REPORT_NAME', 0xc00],
  ['FAN_MARK_ADD | FAN_MARK_REMOVE | FAN_MARK_ONLYDIR | FAN_MARK_IGNORED_MASK', 0x2b],
  ['FAN_MARK_FILESYSTEM', 0x100],
  ['FAN_MARK_EVICTABLE', 0x200],
  ['FAN_OPEN_EXEC_PERM', 0x40000],
  ['FAN_Q_OVERFLOW', 0x4000],
  ['FAN_EVENT_ON_CHILD', 0x0800_0000],
  ['FAN_ALLOW', 1],
  ['FAN_DENY', 2],
  ['FANOTIFY_METADATA_VERSION', 3],
  ['sizeof(struct fanotify_event_metadata)', 24],
  ['offset(struct fanotify_event_metadata, vers)', 4],
  ['offset(struct fanotify_event_metadata, mask)', 8],
  ['offset(struct fanotify_event_metadata, fd)', 16],
  ['offset(struct fanotify_event_metadata, pid)', 20],
  ['sizeof(struct fanotify_response)', 8],
  ['FAN_EVENT_INFO_TYPE_DFID_NAME', 2],
  ['offset(struct fanotify_event_info_fid, fsid)', 4],
  ['offset(struct fanotify_event_info_fid, handle)', 12],
  ['BPF_OBJ_GET', 7],
  ['BPF_PROG_GET_NEXT_ID', 11],
  ['BPF_PROG_GET_FD_BY_ID', 13],
  ['BPF_OBJ_GET_INFO_BY_FD', 15],
  ['BPF_RAW_TRACEPOINT_OPEN', 17],
  ['BPF_TASK_FD_QUERY', 20],
  ['BPF_MAP_TYPE_RINGBUF', 27],
  ['BPF_PROG_TYPE_RAW_TRACEPOINT', 17],
  ['BPF_FUNC_ktime_get_boot_ns', 125],
  ['BPF_FUNC_get_current_task', 35],
  ['BPF_FUNC_get_current_cgroup_id', 80],
  ['BPF_FUNC_probe_read_user', 112],
  ['BPF_FUNC_probe_read_kernel', 113],
  ['BPF_FUNC_probe_read_kernel_str', 115],
  ['BPF_FUNC_ringbuf_reserve', 131],
  ['BPF_FUNC_ringbuf_submit', 132],
  ['BPF_RINGBUF_BUSY_BIT', 0x8000_0000],
  ['BPF_RINGBUF_DISCARD_BIT', 0x4000_0000],
  ['BPF_RINGBUF_HDR_SZ', 8],
  ['BPF_RB_NO_WAKEUP', 1],
  ['offset(union bpf_attr, license)', 16],
  ['offset(union bpf_attr, log_buf)', 32],
  ['offset(union bpf_attr, raw_tracepoint.prog_fd)', 8],
  ['offset(union bpf_attr, task_fd_query.prog_id)', 24],
  ['offset(struct bpf_prog_info, xlated_prog_len)', 20],
  ['offset(struct bpf_prog_info, xlated_prog_insns)', 32],
  ['offset(struct bpf_prog_info, load_time)', 40],
  ['offset(struct bpf_prog_info, created_by_uid)', 48],
  ['offset(struct bpf_prog_info, name)', 64],
  ['sizeof(struct inet_diag_msg)', 72],
  ['offset(struct inet_diag_msg, idiag_uid)', 64],
  ['offset(struct inet_diag_msg, idiag_inode)', 68],
  ['sizeof(struct nlmsghdr) + sizeof(struct inet_diag_req_v2)', 72],
  ['offset(struct tcp_info, tcpi_bytes_acked)', 120],
  ['offset(struct tcp_info, tcpi_bytes_received)', 128],
  ['sizeof(struct nlmsghdr) + sizeof(struct cn_msg)', 36],
  ['PROC_EVENT_EXEC', 2],
  ['offset(struct proc_event, event_data.exec.process_tgid)', 20],
  ['sizeof(struct sock_filter)', 8],
  ['offset(struct sock_fprog, filter)', 8],
  ['offset(struct sockaddr_ll, sll_pkttype)', 10],
  ['sizeof(struct sockaddr_ll)', 20],
  ['PACKET_OUTGOING', 4],
  ['PACKET_STATISTICS', 6],
  ['sizeof(struct iovec)', 16],
  ['ENOSYS', 38],
  ['ELOOP', 40],
  ['ENODATA', 61],
  ['EMSGSIZE', 90],
  ['EOPNOTSUPP', 95],
  ['ENETDOWN', 100],
  ['ENOBUFS', 105],
  ['ECONNREFUSED', 111],
]

/** What differs: node's constants are as it was compiled, O_LARGEFILE stands in native/gate, all four in tools/packaging/single-launcher.c. */
const onX64: readonly Claim[] = [
  ['O_DIRECTORY', 0o200000],
  ['O_NOFOLLOW', 0o400000],
  ['O_LARGEFILE', 0o100000],
]
const onArm64: readonly Claim[] = [
  ['O_DIRECTORY', 0o40000],
  ['O_NOFOLLOW', 0o100000],
  ['O_LARGEFILE', 0o400000],
]
