const key = 'davylamp-return'

/** Before the browser goes to an identity provider, which sends it back to the first page. */
export function keepPlace(): void {
  const { pathname, search } = window.location
  if (pathname !== '/sign-in' && pathname !== '/link') sessionStorage.setItem(key, pathname + search)
}

/** Where to go on, once; `undefined`: nowhere else. */
export function takeKeptPlace(): string | undefined {
  const kept = sessionStorage.getItem(key)
  sessionStorage.removeItem(key)
  return kept?.startsWith('/') === true && !kept.startsWith('//') ? kept : undefined
}
