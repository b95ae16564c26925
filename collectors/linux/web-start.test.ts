import assert from 'node:assert/strict'
import { test } from 'node:test'
import { started, surveyOf } from './survey-of.ts'
import { webStart } from './web-start.ts'

const cases: readonly [string, Readonly<Record<string, string>>, readonly string[]][] = [
  [
    'files before each page, also beside it, with what they name',
    {
      '/var/www/html/.user.ini': 'auto_prepend_file = "inc/x.ico"\nauto_append_file = none\n',
      '/var/www/html/inc/x.ico': '<?php',
      '/var/www/html/a/.htaccess': '<IfModule mod_php.c>\n php_value auto_prepend_file /dev/shm/.x\n</IfModule>\n',
    },
    [
      'web-start /var/www/html/.user.ini:1 inc/x.ico -> /var/www/html/inc/x.ico',
      'web-start /var/www/html/a/.htaccess:2 /dev/shm/.x -> /dev/shm/.x',
    ],
  ],
  [
    'what the configurations of sites say',
    {
      '/etc/nginx/nginx.conf':
        'server {\n root /srv/a;\n fastcgi_param PHP_ADMIN_VALUE "open_basedir=/srv\\nauto_prepend_file=/tmp/p";\n fastcgi_param PHP_VALUE "memory_limit=1G";\n}\n',
      '/etc/apache2/apache2.conf': 'DocumentRoot /srv/b\nphp_admin_value auto_append_file "/tmp/q"\n',
    },
    ['web-start /etc/nginx/nginx.conf:3 /tmp/p -> /tmp/p', 'web-start /etc/apache2/apache2.conf:2 /tmp/q -> /tmp/q'],
  ],
  [
    'handlers that run what is shown, and those that do not',
    {
      '/var/www/html/a/.htaccess': 'AddType application/x-httpd-php .png .jpg\nAddHandler php-script .txt\n',
      '/var/www/html/b/.htaccess':
        '<FilesMatch "\\.(gif|ico)$">\n  SetHandler application/x-httpd-php\n</FilesMatch>\nSetHandler application/x-httpd-php\n<Files x.php>\nSetHandler application/x-httpd-php\n</Files>\n',
      '/var/www/html/c/.htaccess':
        'AddHandler application/x-httpd-ea-php82 .php\nAddType image/png .png\n# AddType application/x-httpd-php .png\n',
    },
    [
      'web-start /var/www/html/a/.htaccess:1 application/x-httpd-php .png .jpg',
      'web-start /var/www/html/a/.htaccess:2 php-script .txt',
      'web-start /var/www/html/b/.htaccess:2 application/x-httpd-php "\\.(gif|ico)$"',
    ],
  ],
]
for (const [name, files, expected] of cases)
  test(name, async () => assert.deepEqual(await started(webStart, surveyOf(files)), expected))
