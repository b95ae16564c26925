import { buildPackages, offerPackages } from './local-repository.ts'
import type { Range } from './range.ts'

/** Honest work on a host: done by itself, without a network, and the same each time. */
export interface Work {
  readonly name: string
  /** Debian packages that it needs beyond the usual ones. */
  readonly packages: readonly string[]
  prepare(range: Range): Promise<void>
  /** Fails when anything of it does. */
  run(range: Range): Promise<void>
}

const sources = 20
const patience = { timeoutMs: 240_000 }

const container = '/srv/container'

/** Programs, scripts and a file system that appeared while the host was watched. */
const overlay: Work = {
  name: 'ten containers on overlay file systems',
  packages: [],
  async prepare(range) {
    // A shell, two commands, and the libraries that ldd(1) names: all of the disk would not fit on it twice.
    await range.sh(
      `mkdir -p ${container}/lower/usr/bin ${container}/lower/usr/lib ${container}/lower/usr/lib64 && cd ${container}/lower &&
       for d in bin lib lib64; do ln -sfn usr/$d $d; done &&
       for f in dash true ls; do cp -L /usr/bin/$f usr/bin/; ldd /usr/bin/$f | grep -o '/lib[^ ]*' | while read l; do mkdir -p .$(dirname $l); cp -L $l .$l; done; done &&
       ln -sfn dash usr/bin/sh && chroot . /bin/sh -c 'ls /' >/dev/null`,
      patience,
    )
  },
  async run(range) {
    await range.sh(
      `for n in 0 1 2 3 4 5 6 7 8 9; do c=${container}/$n; mkdir -p $c/upper $c/work $c/root
       unshare --mount --pid --fork sh -c "mount -t overlay overlay -o lowerdir=${container}/lower,upperdir=$c/upper,workdir=$c/work $c/root &&
         mkdir -p $c/root/proc && mount -t proc proc $c/root/proc && cp /bin/true $c/root/usr/bin/own-$n && echo $n >> $c/root/usr/bin/own-$n &&
         chroot $c/root /usr/bin/own-$n && chroot $c/root /bin/sh -c 'ls /' >/dev/null" || exit 1
       rm -rf $c; done`,
      patience,
    )
  },
}

/** Installed, upgraded and taken away by apt(8) from a repository on the host's own disk. */
function packagesOf(count: number): Work {
  const names = Array.from({ length: count }, (_, at) => `range-tool-${at}`).join(' ')
  const quiet = 'DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -y'
  return {
    name: `apt install, upgrade and removal of ${count} packages`,
    packages: [],
    async prepare(range) {
      for (const version of ['1.0', '2.0']) buildPackages(range, count, version)
    },
    async run(range) {
      await offerPackages(range, '1.0')
      await range.sh(`${quiet} install ${names} >/dev/null`, patience)
      await offerPackages(range, '2.0')
      await range.sh(`${quiet} upgrade >/dev/null && range-tool-7-hello && grep -q 2.0 /usr/bin/range-tool-7`, patience)
      await range.sh(`${quiet} purge ${names} >/dev/null && ! test -e /usr/bin/range-tool-7`, patience)
    },
  }
}

const build: Work = {
  name: `make of ${sources} sources with gcc, and the program`,
  packages: ['gcc', 'libc6-dev', 'make'],
  async prepare(range) {
    await range.sh(`mkdir -p /root/project && cd /root/project &&
      for n in $(seq ${sources}); do echo "int part$n(int x) { for (int i = 0; i < $n; i++) x = x * 31 + i; return x; }" > part$n.c; done
      { for n in $(seq ${sources}); do echo "int part$n(int);"; done; echo 'int main(void) { return part1(0) * 0; }'; } > main.c
      printf 'objects = $(patsubst %%.c,%%.o,$(wildcard *.c))\\nprogram: $(objects)\\n\\tgcc -o $@ $^\\ntest: program\\n\\t./program\\nclean:\\n\\trm -f program *.o\\n' > Makefile`)
  },
  async run(range) {
    await range.sh('cd /root/project && make -s clean && make -s -j2 CFLAGS=-O2 test', patience)
  },
}

const film: Work = {
  name: 'ffmpeg encodes a film',
  packages: ['ffmpeg'],
  async prepare() {},
  async run(range) {
    const source = 'testsrc=duration=20:size=640x360:rate=25'
    await range.sh(
      `ffmpeg -loglevel error -nostdin -f lavfi -i ${source} -c:v libx264 -y /var/tmp/film.mp4 && rm /var/tmp/film.mp4`,
      patience,
    )
  },
}

const database: Work = {
  name: 'a PostgreSQL of its own: made, filled, asked, ended',
  packages: ['postgresql'],
  async prepare() {},
  async run(range) {
    const bin = '/usr/lib/postgresql/15/bin'
    const as = 'setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/tmp'
    const steps = [
      'rm -rf /var/lib/postgresql/own && install -d -o postgres /var/lib/postgresql/own',
      `${as} ${bin}/initdb -D /var/lib/postgresql/own/data >/dev/null`,
      `${as} ${bin}/pg_ctl -D /var/lib/postgresql/own/data -o '-p 5499 -k /tmp' -w -l /tmp/pg.log start >/dev/null`,
      `${as} ${bin}/pgbench -h /tmp -p 5499 -i -q postgres 2>/dev/null`,
      `${as} ${bin}/pgbench -h /tmp -p 5499 -c 4 -t 500 postgres >/dev/null 2>&1`,
      `${as} ${bin}/pg_ctl -D /var/lib/postgresql/own/data -w stop >/dev/null`,
    ]
    await range.sh(steps.join(' && '), patience)
  },
}

const runtime: Work = {
  name: 'five containers of crun',
  packages: ['crun'],
  async prepare(range) {
    await overlay.prepare(range)
    await range.sh(
      `mkdir -p ${container}/bundle && cd ${container}/bundle && mkdir -p rootfs && cp -a ../lower/. rootfs/ && crun spec &&
      sed -i 's/"terminal": true/"terminal": false/; s#"sh"#"/bin/true"#' config.json`,
      patience,
    )
  },
  async run(range) {
    await range.sh(
      `cd ${container}/bundle && for n in 1 2 3 4 5; do crun --cgroup-manager=disabled run range-$n || exit 1; done`,
      patience,
    )
  },
}

/** What every test run can afford, on the usual root. */
export const shortWorks: readonly Work[] = [overlay, packagesOf(10)]
export const works: readonly Work[] = [overlay, packagesOf(50), build, film, database, runtime]
