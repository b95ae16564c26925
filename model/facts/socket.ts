import { z } from 'zod'
import { indicatorMatch } from './matches.ts'

/** A connection of SOCK_DIAG (sock_diag(7)) that has a remote end. */
export const socketFact = z.object({
  kind: z.literal('socket'),
  protocol: z.enum(['tcp', 'udp']),
  state: z.string(),
  localAddress: z.string(),
  localPort: z.number(),
  /** The remote end. */
  address: z.string(),
  port: z.number(),
  pid: z.number().optional(),
  startTime: z.number().optional(),
  name: z.string().optional(),
  user: z.string().optional(),
  uid: z.number().optional(),
  inode: z.number(),
  /** What the traffic or the owner's memory of it said: the stratum method seen. Never asked of the remote end. */
  stratum: z.string().optional(),
  /** The name that its TLS handshake asked for, as overheard. */
  serverName: z.string().optional(),
  /** Names in the certificate that the other end showed, as far as TLS shows them (up to version 1.2). */
  certificateNames: z.array(z.string()).optional(),
  /** That certificate says that it was issued by itself. */
  selfSigned: z.boolean().optional(),
  /** `stratum-v2`: its first messages have the shape of that protocol, which is encrypted and says no more. */
  handshake: z.string().optional(),
  /** `loopback`, `private`, `link-local`, `public`. */
  scope: z.string(),
  bytesSent: z.number().optional(),
  bytesReceived: z.number().optional(),
  sentPerMinute: z.number().optional(),
  indicators: z.array(indicatorMatch).optional(),
})
export type SocketFact = z.infer<typeof socketFact>

/** A socket that waits for others. */
export const listenerFact = z.object({
  kind: z.literal('listener'),
  protocol: z.enum(['tcp', 'udp']),
  address: z.string(),
  port: z.number(),
  pid: z.number().optional(),
  startTime: z.number().optional(),
  name: z.string().optional(),
  user: z.string().optional(),
  uid: z.number().optional(),
  inode: z.number(),
  /** `loopback`: only this host; `all`: every address; `private` or `public`: one address of that kind. */
  exposedTo: z.enum(['loopback', 'all', 'private', 'public']),
})
export type ListenerFact = z.infer<typeof listenerFact>
