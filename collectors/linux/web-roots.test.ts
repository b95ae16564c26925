import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Fact } from '../../model/index.ts'
import type { MemoryFile } from '../../target/index.ts'
import { collected, surveyOf } from './survey-of.ts'
import { directivesOf } from './web/configuration.ts'
import { webPagesOf } from './web/web-pages.ts'
import { webRoots } from './web-roots.ts'

type Files = Readonly<Record<string, string | MemoryFile>>

/** `path servers < where`. */
async function rootsOf(files: Files, facts: readonly Fact[] = []): Promise<string[]> {
  const survey = surveyOf(files, { facts })
  const found = await collected(webRoots, survey)
  return found.map(one =>
    one.kind === 'web-root' ? `${one.path} ${one.servers.join('+')} < ${one.seenIn.join(', ')}` : one.kind,
  )
}

const page = '<p>hello</p>'
const process = (name: string, argv: readonly string[], more: object = {}): Fact =>
  ({ kind: 'process', pid: 7, name, argv, command: argv.join(' '), ...more }) as unknown as Fact

const cases: readonly [string, Files, readonly Fact[], readonly string[]][] = [
  [
    'nginx: roots and aliases of what is included, also in quotes, relative, and behind comments',
    {
      '/etc/nginx/nginx.conf':
        'user deploy;\nhttp {\n  include conf.d/*.conf; # root /srv/no;\n  server { root html; location /a { alias "/srv/a b/"; } }\n}\n',
      '/etc/nginx/conf.d/shop.conf':
        'server {\n  root \'/srv/shop/public\' ;\n  set $x $\x7bhost}; return 200 "a { root /srv/none; }";\n}',
      '/usr/share/nginx/html/index.html': page,
      '/srv/a b/x': page,
      '/srv/shop/public/index.php': page,
      '/srv/no/x': page,
      '/srv/none/x': page,
    },
    [],
    [
      '/srv/shop/public nginx < /etc/nginx/conf.d/shop.conf:2',
      '/usr/share/nginx/html nginx < /etc/nginx/nginx.conf:4, usual place',
      '/srv/a b nginx < /etc/nginx/nginx.conf:4',
    ],
  ],
  [
    'nginx: a variable ends the path, an include of itself ends',
    {
      '/etc/nginx/nginx.conf':
        'include nginx.conf;\ninclude /etc/nginx/*.conf;\nserver { root /srv/sites/$host/public; }',
      '/srv/sites/a/public/index.html': page,
    },
    [],
    ['/srv/sites nginx < /etc/nginx/nginx.conf:3'],
  ],
  [
    'Apache: ServerRoot, Define, envvars, aliases, what is included if it is there',
    {
      '/etc/apache2/apache2.conf':
        'ServerRoot "/etc/apache2"\nUser $\x7bAPACHE_RUN_USER}\nDefine SITE /srv/site\nIncludeOptional sites-enabled/*.conf\nIncludeOptional missing/*.conf\n',
      '/etc/apache2/envvars': 'export APACHE_RUN_USER=www-data\n',
      '/etc/apache2/sites-enabled/a.conf':
        '<VirtualHost *:80>\n  DocumentRoot $\x7bSITE}/htdocs\n  Alias /x \\\n    "/srv/x"\n  # DocumentRoot /srv/no\n</VirtualHost>\n',
      '/srv/site/htdocs/i.php': page,
      '/srv/x/i.php': page,
      '/srv/no/i.php': page,
    },
    [],
    [
      '/srv/site/htdocs apache < /etc/apache2/sites-enabled/a.conf:2',
      '/srv/x apache < /etc/apache2/sites-enabled/a.conf:3',
    ],
  ],
  [
    'lighttpd: sums of variables, aliases, what a script would include',
    {
      '/etc/lighttpd/lighttpd.conf':
        'var.base = "/srv/light"\nserver.document-root = var.base + "/htdocs"\nserver.username = "light"\ninclude_shell "/usr/share/lighttpd/include-conf-enabled.pl"\n',
      '/etc/lighttpd/conf-enabled/10-a.conf': 'alias.url += (\n  "/docs" => "/srv/docs",\n)\n',
      '/srv/light/htdocs/i.html': page,
      '/srv/docs/i.html': page,
    },
    [],
    [
      '/srv/light/htdocs lighttpd < /etc/lighttpd/lighttpd.conf:2',
      '/srv/docs lighttpd < /etc/lighttpd/conf-enabled/10-a.conf:2',
    ],
  ],
  [
    'Caddy: both languages',
    {
      '/etc/caddy/Caddyfile':
        'example.org {\n\troot * /srv/caddy/{host}\n\tfile_server {\n\t\troot /srv/files\n\t}\n\timport more/*\n}\n',
      '/etc/caddy/more/a': 'b.example {\n root /srv/more\n}',
      '/var/lib/caddy/.config/caddy/autosave.json':
        '{"apps":{"http":{"servers":{"a":{"routes":[{"handle":[{"handler":"vars","root":"/srv/api"}]}]}}}}}',
      '/srv/caddy/x': page,
      '/srv/files/x': page,
      '/srv/more/x': page,
      '/srv/api/x': page,
    },
    [],
    [
      '/srv/caddy caddy < /etc/caddy/Caddyfile:2',
      '/srv/files caddy < /etc/caddy/Caddyfile:4',
      '/srv/more caddy < /etc/caddy/more/a:2',
      '/srv/api caddy < /var/lib/caddy/.config/caddy/autosave.json',
    ],
  ],
  [
    'Tomcat: bases, contexts, and comments',
    {
      '/opt/tomcat9/conf/server.xml':
        '<Server>\n<Host name="a" appBase="apps">\n<!-- <Context docBase="/srv/no"/> -->\n<Context path="/s" docBase=\'/srv/s\'/>\n</Host></Server>',
      '/opt/tomcat9/apps/a.jsp': page,
      '/opt/tomcat9/webapps/ROOT/index.jsp': page,
      '/srv/s/index.jsp': page,
      '/srv/no/index.jsp': page,
    },
    [],
    [
      '/opt/tomcat9/apps tomcat < /opt/tomcat9/conf/server.xml:2',
      '/srv/s tomcat < /opt/tomcat9/conf/server.xml:4',
      '/opt/tomcat9/webapps tomcat < /opt/tomcat9/conf/server.xml',
    ],
  ],
  [
    'pools of PHP and users of panels',
    {
      '/etc/php/8.2/fpm/pool.d/shop.conf': '[shop]\nuser = shop\nchroot = /srv/jail\nchdir = /www\n[root]\nchdir = /\n',
      '/srv/jail/www/i.php': page,
      '/home/anna/public_html/i.php': page,
      '/www/wwwroot/a.example/i.php': page,
      '/var/cpanel/userdata/bob/bob.example': '---\ndocumentroot: /home/bob/site\nuser: bob\n',
      '/home/bob/site/i.php': page,
    },
    [],
    [
      '/srv/jail php-fpm < /etc/php/8.2/fpm/pool.d/shop.conf:3',
      '/srv/jail/www php-fpm < /etc/php/8.2/fpm/pool.d/shop.conf:4',
      '/home/bob/site cpanel < /var/cpanel/userdata/bob/bob.example',
      '/www/wwwroot  < usual place',
      '/home/anna/public_html  < usual place',
    ],
  ],
  [
    'servers that run: other configurations, and directories they were given',
    {
      '/opt/web/n.conf': 'server { root /srv/n; }',
      '/opt/web/h.conf': 'DocumentRoot /srv/h\n',
      '/opt/web/fpm.conf': '[a]\nchdir = /srv/f\n',
      ...Object.fromEntries(['n', 'h', 'f', 'p', 'q'].map(name => [`/srv/${name}/i.php`, page])),
    },
    [
      process('nginx', ['nginx: master process /usr/sbin/nginx -c /opt/web/n.conf']),
      process('httpd', ['/usr/sbin/httpd', '-f', '/opt/web/h.conf']),
      process('php-fpm8.2', ['php-fpm: master process (/opt/web/fpm.conf)']),
      process('php', ['php', '-S', '0.0.0.0:80', '-t', 'p'], { cwd: '/srv' }),
      process('python3', ['python3', '-m', 'http.server'], { cwd: '/srv/q' }),
      process('nginx', ['nginx: master process nginx -c /opt/web/none.conf']),
    ],
    [
      '/srv/n nginx < /opt/web/n.conf:1',
      '/srv/h apache < /opt/web/h.conf:1',
      '/srv/f php-fpm < /opt/web/fpm.conf:2',
      '/srv/p php < pid 7',
      '/srv/q python < pid 7',
    ],
  ],
  [
    'mounts of containers',
    { '/srv/volumes/site/i.php': page, '/srv/volumes/data/x': page },
    [
      {
        kind: 'container',
        id: 'abc',
        mounts: ['/srv/volumes/site:/var/www/html', '/srv/volumes/data:/var/lib/mysql'],
      } as unknown as Fact,
    ],
    ['/srv/volumes/site container < abc'],
  ],
  [
    'broken configurations, and what is no file',
    {
      '/etc/nginx/nginx.conf': 'server { root "/srv/a; location { alias \'x',
      '/etc/apache2/apache2.conf': 'DocumentRoot\n<VirtualHost\nInclude "\nAlias /a\n',
      '/etc/caddy/caddy.json': '{"root": ',
      '/etc/lighttpd/lighttpd.conf': { type: 'directory' } as MemoryFile,
      '/opt/tomcat/conf/server.xml': '<Host appBase="',
    },
    [],
    [],
  ],
]
for (const [name, files, facts, expected] of cases)
  test(name, async () => assert.deepEqual(await rootsOf(files, facts), expected))

test('what serves the whole system is told, and not gone through', async () => {
  const files = { '/etc/nginx/nginx.conf': 'server { root /; }', '/home/x.php': page, '/srv/www/up.php': page }
  const survey = surveyOf(files)
  assert.deepEqual(await rootsOf(files), ['/ nginx < /etc/nginx/nginx.conf:1', '/srv/www  < usual place'])
  assert.deepEqual(
    webPagesOf(survey).pages.map(({ path }) => path),
    ['/srv/www/up.php'],
  )
  assert.deepEqual(
    survey.target.gaps.filter(({ what }) => what.startsWith('web')),
    [
      {
        what: 'web root /',
        why: 'as wide as the system: a quick scan does not go through it, scan --full does',
        path: '/',
      },
    ],
  )
  const full = { ...surveyOf(files), readsAll: true }
  webPagesOf(full)
  assert.deepEqual(
    full.target.gaps.flatMap(({ what, why }) => (what.startsWith('web') ? [why] : [])),
    ['as wide as the system: settings of folders (.htaccess, .user.ini) were not looked for'],
  )
})

test('any text has an end, and words of at most 4,096 characters', () =>
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('{', '}', ';', '"', "'", '`', '\\', '$', '#', '\n', ' ', 'a', '\0') }),
      fc.constantFrom(';' as const, '\n' as const),
      (text, end) => {
        for (const { words, line } of directivesOf(text, end))
          assert.ok(words.length > 0 && words.every(word => word.length <= 4_096) && line >= 1)
      },
    ),
  ))

test('whatever a configuration holds, it is read to its end', async () => {
  const word = fc.constantFrom(
    ...['root ', 'alias ', 'include ', 'Include ', 'DocumentRoot ', 'import ', 'Define A ', 'server.document-root = '],
    ...['alias.url = (', '"a" => "/srv/a"', 'docBase="', 'chroot = ', '[www]', '$\x7bA}', '*', '/etc/nginx/', '/srv/a'],
    ...['{', '}', ';', '"', "'", '\\', '\n', ' ', '#', '<!--', '-->', '..', '\0', 'é'],
  )
  const paths = [
    ...['/etc/nginx/nginx.conf', '/etc/apache2/apache2.conf', '/etc/lighttpd/lighttpd.conf', '/etc/caddy/Caddyfile'],
    ...['/opt/tomcat/conf/server.xml', '/etc/php-fpm.conf', '/var/cpanel/userdata/a/b'],
  ]
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 40 }), async words => {
      const text = words.join('')
      const found = await rootsOf({ ...Object.fromEntries(paths.map(path => [path, text])), '/srv/a/i.php': page })
      for (const one of found) assert.match(one, /^\/\S* \S* < /)
    }),
    { numRuns: 200 },
  )
})
