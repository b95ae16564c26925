// Before the first paint, so that a dark page does not begin white.
;(() => {
  const chosen = localStorage.getItem('davylamp-scheme')
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
