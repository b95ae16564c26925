/**
 * A document that may be shown in a frame of ours: the content security policy of the page, which frames inherit, refuses styles that
 * stand in attributes, so each becomes a rule in a sheet that carries the page's own nonce.
 */
export function frameDocument(html: string, nonce: string): string {
  const rules: string[] = []
  const body = html.replaceAll(/ style="([^"]*)"/g, (_, style: string) => {
    rules.push(`.s${rules.length}{${style.replaceAll(/[<>{}]/g, '')}}`)
    return ` class="s${rules.length - 1}"`
  })
  const sheet = `<style nonce="${nonce.replaceAll(/[^A-Za-z0-9+/=]/g, '')}">${rules.join('')}</style>`
  return body.includes('</head>') ? body.replace('</head>', () => `${sheet}</head>`) : `${sheet}${body}`
}
