import { type Infection, poolPort, wallet } from '../host-part.ts'
import { serviceText } from './parts.ts'

const module = '/usr/share/perl5/Text/WrapCache.pm'

/** Speaks as a miner does and computes nothing; ends by itself. */
const worker = `#!/usr/bin/perl
# worker
use IO::Socket::INET;
my $pool = 'stratum+tcp://127.0.0.1:${poolPort}';
my $user = '${wallet}';
my $login = '{"id":1,"method":"login","params":{"login":"' . $user . '","pass":"x","algo":["rx/0"]}}';
my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1:${poolPort}', Timeout => 2);
print $s "$login\\n" if $s;
my $end = time + 600;
while (time < $end) { select undef, undef, undef, 0.5; }
`

/** No program of its own: an interpreter of the system runs a script that lies among its modules. */
export const interpreted: Infection = {
  family: 'interpreted',
  known: false,
  title: 'A miner that is a script among the modules of Perl and Python',
  story: [
    'Perl runs a module as a script, started by a service and by the job of cron.',
    'Python starts it with every program, because of a file that it reads at start.',
  ],
  items: [
    { kind: 'file', path: module, content: { text: worker }, mode: 0o644 },
    {
      kind: 'file',
      path: '/etc/systemd/system/text-cache.service',
      content: { text: serviceText('Text cache', `/usr/bin/perl ${module}`) },
    },
    { kind: 'unit', name: 'text-cache.service', path: '/etc/systemd/system/text-cache.service' },
    { kind: 'line', path: '/etc/cron.d/text-cache', text: `@reboot root perl ${module}` },
    {
      kind: 'line',
      path: '/usr/lib/python3/dist-packages/zz_cache.pth',
      text: `import os; os.system("perl ${module} >/dev/null 2>&1 &")`,
    },
    { kind: 'process', path: '/usr/bin/perl', argv: ['/usr/bin/perl', module], startedBy: 'text-cache.service' },
  ],
}
