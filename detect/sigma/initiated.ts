/** A connection's own end of the ephemeral range (ip_local_port_range) means that this host opened it. */
export function initiated({ localPort }: { readonly localPort: number }): string {
  return String(localPort >= 32_768 && localPort <= 60_999)
}
