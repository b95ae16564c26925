/** Numbers of the kernel's calls for x86-64 and arm64 (arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h). */
export const callNumbers = {
  ioctl: [16, 29],
  kill: [62, 129],
  fcntl: [72, 25],
  flock: [73, 32],
  mount: [165, 40],
  umount2: [166, 39],
  setxattr: [188, 5],
  getxattr: [191, 8],
  listxattr: [194, 11],
  removexattr: [197, 14],
  sched_getaffinity: [204, 123],
  getdents64: [217, 61],
  timer_create: [222, 107],
  timer_settime: [223, 110],
  timer_delete: [226, 111],
  ioprio_set: [251, 30],
  openat: [257, 56],
  mkdirat: [258, 34],
  mknodat: [259, 33],
  fchownat: [260, 54],
  unlinkat: [263, 35],
  linkat: [265, 37],
  symlinkat: [266, 36],
  readlinkat: [267, 78],
  fchmodat: [268, 53],
  utimensat: [280, 88],
  renameat2: [316, 276],
  bpf: [321, 280],
  pidfd_send_signal: [424, 424],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  pidfd_open: [434, 434],
  openat2: [437, 437],
} as const
export type CallName = keyof typeof callNumbers

/** The number of a call on this machine. */
export function callNumber(name: CallName): bigint {
  return BigInt(callNumbers[name][process.arch === 'arm64' ? 1 : 0])
}
