import { z } from 'zod'

/** A directory whose files a web server hands to visitors, or runs for them. */
export const webRootFact = z.object({
  kind: z.literal('web-root'),
  /** Without links. */
  path: z.string(),
  pathBytes: z.string().optional(),
  /** What serves it: `nginx`, `apache`, `lighttpd`, `caddy`, `tomcat`, `php-fpm`, `cpanel`, `container` …; empty for a usual place that nobody names. */
  servers: z.array(z.string()),
  /** Where that is written, as `/etc/nginx/sites-enabled/shop:4`, or `pid 812`; `usual place`. At most 10. */
  seenIn: z.array(z.string()),
  /** Accounts as whom pages of it run, as far as a configuration says so. */
  users: z.array(z.string()),
  /** The container that has it as a mount or in its own layer. */
  container: z.string().optional(),
})
export type WebRootFact = z.infer<typeof webRootFact>
