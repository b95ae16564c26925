/** Where servers, panels and people put pages, looked at whether or not a configuration names them (glob(7)). */
export const usualRoots: readonly string[] = [
  '/var/www',
  '/srv/www',
  '/srv/http',
  '/srv/htdocs',
  '/usr/share/nginx/html',
  '/usr/share/nginx/www',
  '/usr/share/caddy',
  '/usr/local/nginx/html',
  '/usr/local/openresty/nginx/html',
  '/usr/local/apache2/htdocs',
  '/usr/local/apache/htdocs',
  '/usr/local/www',
  '/opt/lampp/htdocs',
  '/opt/bitnami/*/htdocs',
  '/bitnami/*',
  // BT-Panel, LNMP and OneinStack, Plesk (below /var/www), cPanel and DirectAdmin, HestiaCP, CyberPanel
  '/www/wwwroot',
  '/home/wwwroot',
  '/data/wwwroot',
  '/data/www',
  '/home/*/public_html',
  '/home[0-9]/*/public_html',
  '/home/*/domains/*/public_html',
  '/home/*/web/*/public_html',
  '/home/*/www',
  '/home/*/htdocs',
  '/usr/local/lsws/*/html',
]

/** Where images of web servers keep their pages. */
export const containerRoots: readonly string[] = [
  '/var/www',
  '/usr/share/nginx/html',
  '/usr/local/apache2/htdocs',
  '/usr/local/tomcat/webapps',
  '/opt/bitnami/wordpress',
  '/opt/bitnami/apache/htdocs',
  '/bitnami',
  '/app/public',
  '/app/web',
  '/srv',
]
