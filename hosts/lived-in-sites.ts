import type { Item } from './host-part.ts'

const page = (path: string, content: string, owner?: string, daysOld?: number): Item => ({
  kind: 'file',
  path,
  content: { text: content },
  ...(owner === undefined ? {} : { owner }),
  ...(daysOld === undefined ? {} : { daysOld }),
})
const web = (path: string, content: string): Item => page(path, content, 'www-data')

/** A photograph's first and last bytes, with the words that cameras and editors write between them. */
const photograph = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010101004800480000ffe100b0', 'hex'),
  Buffer.from(
    'Exif\0\0II*\0Canon EOS R6\0Adobe Photoshop 25.0\0<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"/><?xpacket end="w"?>',
  ),
  Buffer.from(Array.from({ length: 600 }, (_, at) => (at * 73 + 11) % 251)),
  Buffer.from('ffd9', 'hex'),
]).toString('base64')

const blog = '/srv/sites/blog'
const shop = '/srv/sites/shop'
const portal = '/srv/sites/portal'

/**
 * Sites as servers have them: configurations of three servers, content systems, frameworks and tools in one file, with what makes
 * scanners cry: eval, base64, codes of licences, pages among uploads, hidden blocks, scripts in escapes. Shaped like the originals, not
 * copied from them. Nothing here may be accused or touched.
 */
export const livedInSites: readonly Item[] = [
  page(
    '/usr/local/nginx/conf/nginx.conf',
    'user www-data;\nworker_processes auto;\nevents { worker_connections 768; }\nhttp {\n  include mime.types;\n  server { listen 80 default_server; return 444; }\n  include vhosts/*.conf;\n}\n',
  ),
  page(
    '/usr/local/nginx/conf/vhosts/blog.conf',
    `server {\n  server_name blog.example;\n  root ${blog};\n  index index.php;\n  location ~* ^/wp-content/uploads/.*\\.php$ { deny all; }\n  location ~ \\.php$ {\n    include fastcgi_params;\n    fastcgi_param PHP_VALUE "memory_limit=256M";\n    fastcgi_pass unix:/run/php/php8.2-fpm.sock;\n  }\n}\n`,
  ),
  page(
    '/usr/local/nginx/conf/vhosts/shop.conf',
    `server {\n  server_name shop.example;\n  root ${shop}/public;\n  location / { try_files $uri /index.php?$query_string; }\n}\n`,
  ),
  page(
    '/usr/local/apache2/conf/httpd.conf',
    'ServerRoot "/usr/local/apache2"\nUser www-data\nIncludeOptional conf/extra/*.conf\n',
  ),
  page(
    '/usr/local/apache2/conf/extra/portal.conf',
    `<VirtualHost *:8080>\n  ServerName portal.example\n  DocumentRoot ${portal}\n  Alias /db /srv/sites/tools\n</VirtualHost>\n`,
  ),
  page(
    '/opt/tomcat/conf/server.xml',
    '<Server port="8005">\n  <Service name="Catalina">\n    <Engine name="Catalina"><Host name="localhost" appBase="webapps"/></Engine>\n  </Service>\n</Server>\n',
  ),
  // WordPress with plug-ins.
  web(
    `${blog}/index.php`,
    "<?php\n/**\n * Front to the application.\n */\ndefine( 'WP_USE_THEMES', true );\nrequire __DIR__ . '/wp-blog-header.php';\n",
  ),
  web(
    `${blog}/wp-config.php`,
    "<?php\ndefine( 'DB_NAME', 'blog' );\ndefine( 'DB_PASSWORD', 'x' );\ndefine( 'AUTH_KEY', '|z@k}&$]eval(B`^=%x' );\n$table_prefix = 'wp_';\nif ( ! defined( 'ABSPATH' ) ) {\n\tdefine( 'ABSPATH', __DIR__ . '/' );\n}\nrequire_once ABSPATH . 'wp-settings.php';\n",
  ),
  web(
    `${blog}/wp-includes/functions.php`,
    "<?php\nfunction wp_unslash( $value ) {\n\treturn stripslashes_deep( $value );\n}\nfunction wp_kses_js( $string ) {\n\treturn preg_replace( '%&\\s*\\{[^}]*(\\}\\s*;?|$)%', '', $string );\n}\n$cookie = isset( $_COOKIE['wp-settings'] ) ? base64_decode( $_COOKIE['wp-settings'] ) : '';\n$tags = array_map( 'sanitize_key', (array) $_POST['tags'] );\n$ids = array_filter( array_map( 'absint', explode( ',', $_GET['ids'] ) ) );\ncall_user_func_array( $callback, array_slice( $args, 0, (int) $accepted ) );\n",
  ),
  web(
    `${blog}/wp-admin/includes/class-pclzip.php`,
    "<?php\nfunction privExtract( $options ) {\n\t$v_result = 1;\n\t//--(MAGIC-PclTrace)--// was: eval('$v_result = '.$options['callback'].'(PCLZIP_CB_PRE_EXTRACT, $header);');\n\t$v_result = $options['callback']( 'pre', $header );\n\treturn $v_result;\n}\n",
  ),
  web(
    `${blog}/wp-content/plugins/code-snippets/php/evaluation.php`,
    "<?php\nfunction execute_snippet( $code, $id = 0 ) {\n\tif ( empty( $code ) || defined( 'CODE_SNIPPETS_SAFE_MODE' ) ) {\n\t\treturn false;\n\t}\n\tob_start();\n\t$result = eval( $code );\n\tob_end_clean();\n\treturn $result;\n}\n$snippet = new Snippet( wp_unslash( $_POST['snippet'] ) );\n",
  ),
  web(
    `${blog}/wp-content/plugins/scanner/patterns.php`,
    "<?php\n// What this plug-in warns of.\nreturn array(\n\t'eval-request' => '/eval\\s*\\(\\s*\\$_(POST|GET)/',\n\t'gz'           => '/gzinflate\\s*\\(\\s*base64_decode/',\n\t'names'        => array( 'c99', 'r57', 'WSO', 'FilesMan' ),\n);\n",
  ),
  web(
    `${blog}/wp-content/plugins/backup-migrate/run.php`,
    "<?php\nif ( ! current_user_can( 'manage_options' ) ) {\n\twp_die();\n}\n$name = sanitize_file_name( $_POST['name'] );\n$out = shell_exec( 'mysqldump ' . escapeshellarg( DB_NAME ) . ' | gzip > ' . escapeshellarg( $dir . $name ) );\n$data = json_decode( base64_decode( get_option( 'bm_license' ) ), true );\n",
  ),
  web(
    `${blog}/wp-content/plugins/paid-slider/inc/core.php`,
    "<?php //0046a\nif(!extension_loaded('ionCube Loader')){$__oc=strtolower(substr(php_uname(),0,3));die('The file '.__FILE__.' is corrupted.');}exit(0);\n?>\nHR+cPrB0qMZ1f3N8w9J5bqf7OYHaVfD2sLk3uv6JqgX5yT8nUeKcZdRw0aGhBmJi\n9sVtYpOxLzQ4eW7rDfAnCvKj2uHgTbMlSxIoZkPqEw==\n",
  ),
  web(`${blog}/wp-content/uploads/index.php`, '<?php\n// Silence is golden.\n'),
  web(
    `${blog}/wp-content/uploads/cache/config.php`,
    "<?php\n// Written by the cache plug-in.\nreturn array( 'enabled' => true, 'lifespan' => 3600, 'exclude' => array( '/cart/', '/checkout/' ) );\n",
  ),
  web(
    `${blog}/wp-content/uploads/.htaccess`,
    '<FilesMatch "\\.(php|phtml|phar)$">\n  Require all denied\n</FilesMatch>\nRemoveHandler .php .phtml\nphp_flag engine off\n',
  ),
  web(
    `${blog}/.htaccess`,
    '# BEGIN WordPress\n<IfModule mod_rewrite.c>\nRewriteEngine On\nRewriteRule ^index\\.php$ - [L]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule . /index.php [L]\n</IfModule>\n# END WordPress\nAddHandler application/x-httpd-ea-php82 .php .phtml\n<FilesMatch "\\.(ico|jpe?g|png|gif|css|js)$">\nHeader set Cache-Control max-age=31536000\n</FilesMatch>\n# Wordfence WAF\n<IfModule mod_php.c>\n\tphp_value auto_prepend_file \'/srv/sites/blog/wordfence-waf.php\'\n</IfModule>\n',
  ),
  web(
    `${blog}/.user.ini`,
    "; Wordfence WAF\nauto_prepend_file = '/srv/sites/blog/wordfence-waf.php'\n; END Wordfence WAF\n",
  ),
  web(
    `${blog}/wordfence-waf.php`,
    "<?php\n// Before removing this file, please verify the PHP ini setting `auto_prepend_file` does not point to this.\nif (file_exists(__DIR__.'/wp-content/plugins/wordfence/waf/bootstrap.php')) {\n\tdefine(\"WFWAF_LOG_PATH\", __DIR__.'/wp-content/wflogs/');\n\tinclude_once __DIR__.'/wp-content/plugins/wordfence/waf/bootstrap.php';\n}\n",
  ),
  {
    kind: 'file',
    path: `${blog}/wp-content/uploads/2026/11/team.jpg`,
    content: { base64: photograph },
    owner: 'www-data',
  },
  web(
    `${blog}/wp-content/themes/old/header.php`,
    '<!DOCTYPE html>\n<html <?php language_attributes(); ?>>\n<head>\n<title><?php wp_title(); ?></title>\n<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n<script>document.write(unescape("%3Cscript src=\'" + gaHost + "ga.js\' type=\'text/javascript\'%3E%3C/script%3E"));</script>\n<?php wp_head(); ?>\n</head>\n<body>\n<a class="skip-link" style="position:absolute;left:-9999px" href="#content">Skip to content</a>\n',
  ),
  web(
    `${blog}/wp-content/themes/old/footer.php`,
    '<footer>\n<div style="display:none"><a href="https://facebook.com/x">Facebook</a> <a href="https://example.com/events/casino-night">Casino night</a></div>\n<p>Proudly made by hand.</p>\n<?php wp_footer(); ?>\n</footer>\n</body>\n</html>\n',
  ),
  web(
    `${blog}/wp-content/themes/old/assets/app.js`,
    '/*! bundled */\n!function(e,t){"object"==typeof module?module.exports=t():e.app=t()}(this,function(){var e=JSON.parse(atob(document.body.dataset.config||"e30="));return{globalEval:function(t){(window.execScript||function(t){window.eval.call(window,t)})(t)},config:e}});\neval("__webpack_require__.r(__webpack_exports__);\\n\\n//# sourceURL=webpack:///./src/a.js?");\n',
  ),
  web(
    `${blog}/wp-content/themes/old/assets/legacy.js`,
    "eval(function(p,a,c,k,e,d){e=function(c){return c};while(c--){if(k[c]){p=p.replace(new RegExp('\\\\b'+e(c)+'\\\\b','g'),k[c])}}return p}('0.1(\"2\")',3,3,'console|log|menu'.split('|'),0,{}));\n",
  ),
  // A framework in a work tree, with what its libraries bring.
  page(`${shop}/.git/HEAD`, 'ref: refs/heads/main\n', 'anna'),
  page(
    `${shop}/public/index.php`,
    "<?php\nuse Illuminate\\Http\\Request;\ndefine('LARAVEL_START', microtime(true));\nrequire __DIR__.'/../vendor/autoload.php';\n(require_once __DIR__.'/../bootstrap/app.php')->handleRequest(Request::capture());\n",
    'anna',
  ),
  page(
    `${shop}/public/vendor/filament/app.js`,
    'window.filamentData={};document.currentScript&&new Function("return this")();\n',
    'anna',
  ),
  page(
    `${shop}/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php`,
    "<?php\neval('?>' . file_get_contents('php://stdin'));\n",
    'anna',
    200,
  ),
  web(`${shop}/public/storage/photos/.gitignore`, '*\n!.gitignore\n'),
  // Drupal and Joomla with extensions that run code which administrators keep.
  page(
    `${portal}/modules/php/php.module`,
    "<?php\nfunction php_eval($code) {\n  global $theme_path;\n  ob_start();\n  print eval('?>' . $code);\n  $output = ob_get_contents();\n  ob_end_clean();\n  return $output;\n}\n",
  ),
  web(
    `${portal}/sites/default/files/php/twig/64a_page.html.twig_x/9f.php`,
    '<?php\nclass __TwigTemplate_9f extends Template {\n  protected function doDisplay(array $context) {\n    echo $this->env->getRuntime("Renderer")->escape($context["title"], "html");\n  }\n}\n',
  ),
  web(
    `${portal}/sites/default/files/.htaccess`,
    '# Turn off all options we do not need.\nOptions -Indexes -ExecCGI -Includes -MultiViews\nSetHandler Drupal_Security_Do_Not_Remove_See_SA_2006_006\n<Files *>\n  SetHandler Drupal_Security_Do_Not_Remove_See_SA_2013_003\n</Files>\n<IfModule mod_php.c>\n  php_flag engine off\n</IfModule>\n',
  ),
  page(
    `${portal}/plugins/system/sourcerer/helper.php`,
    "<?php\ndefined('_JEXEC') or die;\nclass Helper {\n  private function runPhp($code) {\n    $code = str_replace('?><?php', '', $code . '<?php ;');\n    $temp = tempnam(sys_get_temp_dir(), 'src');\n    file_put_contents($temp, '<?php ' . $code);\n    include $temp;\n    unlink($temp);\n  }\n}\n$task = $_REQUEST['task'];\n$controller->execute($task);\n$input->get('system')->exec($_SERVER['REQUEST_METHOD']);\n",
  ),
  // Tools in one file.
  page(
    '/srv/sites/tools/adminer.php',
    '<?php\n/** Adminer, shaped like it */function\nlzw_decompress($b){$d=256;return$b;}if($_GET["file"]=="favicon.ico"){header("Content-Type: image/x-icon");echo\nlzw_decompress(base64_decode("AAABAAEAEBAQAAEABAAoAQAAFgAAAA=="));}if($_POST["query"]){$q=$_POST["query"];$r=$f->multi_query($q);}function\nidf($i){return"`".str_replace("`","``",$i)."`";}echo"<form action=\'\' method=post>",script("x"),"<textarea name=query>",h($_POST["query"]),"</textarea></form>";call_user_func_array(array($a,$_GET["m"]),func_get_args());\n',
  ),
  page('/srv/sites/tools/info.php', '<?php phpinfo();\n'),
  page(
    '/srv/sites/tools/deploy.php',
    "<?php\n// Called by the forge; the signature is checked first.\n$body = file_get_contents('php://input');\nif (!hash_equals('sha256=' . hash_hmac('sha256', $body, getenv('HOOK_SECRET')), $_SERVER['HTTP_X_HUB_SIGNATURE_256'] ?? '')) { http_response_code(403); exit; }\nexec('/usr/local/bin/deploy.sh 2>&1', $lines, $status);\necho implode(\"\\n\", $lines);\n",
  ),
  page(
    '/opt/tomcat/webapps/app/status.jsp',
    '<%@ page import="java.lang.management.*" %>\n<% Runtime rt = Runtime.getRuntime(); %>\n<p>Free: <%= rt.freeMemory() %></p>\n<p>Hello <%= org.owasp.encoder.Encode.forHtml(request.getParameter("name")) %></p>\n',
  ),
  page(
    `${portal}/legacy/default.aspx`,
    '<%@ Page Language="C#" %>\n<script runat="server">\nprotected void Page_Load(object s, EventArgs e) { Label1.Text = Server.HtmlEncode(Request.QueryString["q"]); }\n</script>\n<form runat="server"><asp:Label id="Label1" runat="server"/></form>\n',
  ),
]
