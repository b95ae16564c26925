interface ClientName {
  /** `Firefox · Linux`; empty when nothing is known. Names of products, the same in all languages. */
  readonly text: string
  readonly kind: 'desktop' | 'phone' | 'program'
}

/** In this order: browsers name those that they want to be taken for as well. */
const browsers = [
  ['Edge', /\bEdgA?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|HeadlessChrome|Chromium)\//],
  ['Safari', /\bSafari\//],
] as const
const systems = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Linux', /\bLinux\b/],
] as const

/** What a session came from, as far as its `User-Agent` is to be believed: for recognising one's own, never for deciding. */
export function clientName(client: string): ClientName {
  const browser = browsers.find(([, pattern]) => pattern.test(client))?.[0]
  const system = systems.find(([, pattern]) => pattern.test(client))?.[0]
  if (browser !== undefined) {
    const phone = system === 'iPhone' || system === 'iPad' || system === 'Android'
    return { text: [browser, system].filter(Boolean).join(' · '), kind: phone ? 'phone' : 'desktop' }
  }
  if (/^davylamp\b/i.test(client)) return { text: 'Davylamp CLI', kind: 'program' }
  return { text: '', kind: 'program' }
}
