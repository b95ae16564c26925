import type { Target } from '../../target/index.ts'
import { distinct, glob } from './directory.ts'

/** Programs beside the commands that decide who may log in and what is logged. */
const programs = [
  '/usr/lib/systemd/systemd',
  '/lib/systemd/systemd',
  '/usr/lib/openssh/sshd-session',
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/openssh/sshd-session',
  '/usr/libexec/openssh/sftp-server',
  ...['agetty', 'getty', 'unix_chkpwd', 'visudo', 'rsyslogd', 'auditd'].flatMap(name => [
    `/sbin/${name}`,
    `/usr/sbin/${name}`,
  ]),
  '/usr/bin/newgrp',
  '/usr/bin/pkexec',
  '/usr/bin/dbus-daemon',
]
const libraryPlaces = ['/lib/*-linux-gnu', '/usr/lib/*-linux-gnu', '/lib64', '/usr/lib64', '/lib', '/usr/lib']
/** Libraries that every program, or every login, runs through. */
const libraries = [
  ...[
    'libc.so.6',
    'ld-linux-x86-64.so.2',
    'ld-linux-aarch64.so.1',
    'libdl.so.2',
    'libpthread.so.0',
    'libcrypt.so.1',
    'libcrypt.so.2',
    'libnss_files.so.2',
  ],
  ...[
    'libpam.so.0',
    'libpam_misc.so.0',
    'libcrypto.so.3',
    'libcrypto.so.1.1',
    'libcrypto.so.10',
    'libkeyutils.so.1',
    'liblzma.so.5',
    'libselinux.so.1',
  ],
  ...['libaudit.so.1', 'libsystemd.so.0', 'security/pam_unix.so', 'security/pam_deny.so', 'security/pam_env.so'],
]

/** Files other than commands that an intruder changes in place to log in, listen to passwords or hide: those that are there, each once. */
export function criticalFiles(target: Target): string[] {
  const folders = distinct(
    target,
    libraryPlaces.flatMap(place => glob(target, place)),
  )
  const paths = [...programs, ...folders.flatMap(folder => libraries.map(name => `${folder}/${name}`))]
  return distinct(
    target,
    paths.filter(path => target.files.stat(path)?.type === 'file'),
  )
}
