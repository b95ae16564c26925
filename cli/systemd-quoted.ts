/** systemd.syntax(7): quotes and backslashes; systemd.unit(5): `%`; systemd.service(5): `$`. */
export function systemdQuoted(word: string): string {
  const safe = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w@%+=:,./$-]+$/.test(safe) ? safe : `"${safe.replace(/[\\"]/g, '\\$&')}"`
}
