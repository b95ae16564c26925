/** Programs that answer strangers, and accounts of such: what they start came through them. */
export const webServers =
  /^(nginx|apache2|httpd|php-fpm[\d.]*|php|java|node|tomcat\d*|catalina|uwsgi|gunicorn|solr|confluence|lighttpd|caddy|w3wp)$/
export const webUsers =
  /^(www-data|apache|nginx|http|tomcat\d*|jetty|confluence|solr|activemq|jenkins|weblogic|wildfly|elasticsearch|metabase|nobody|grafana|gitlab|git)$/
export const databases = /^(redis-server|postgres|postmaster|mysqld|mariadbd|mongod|memcached|beam\.smp|oracle)$/
export const databaseUsers = /^(postgres|redis|mysql|mongodb|mongod|elasticsearch|rabbitmq|oracle|memcache)$/

/** The unit of systemd that holds a cgroup: `cron.service` of `/system.slice/cron.service`; undefined for sessions of people. */
export function unitOf(cgroup: string | undefined): string | undefined {
  return cgroup
    ?.split('/')
    .findLast(part => /^[\w:.@\\-]{1,200}\.service$/.test(part) && !/^user@\d+\.service$/.test(part))
}
