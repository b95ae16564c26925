import { sendDatagram } from '../native/unix-datagram.ts'

/**
 * Tells systemd how the service is (sd_notify(3)) by one datagram to the socket of NOTIFY_SOCKET. Returns whether it was sent; a service
 * manager that does not listen is no reason to fail.
 */
export function notifySystemd(socketPath: string, ...lines: readonly string[]): boolean {
  return sendDatagram(socketPath, Buffer.from(lines.join('\n'))) === 'sent'
}
