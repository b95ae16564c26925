const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** Seconds of a text such as `60s`, `5m`, `24h`, `8d` or `90`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const found = /^(\d{1,9})([smhd]?)$/.exec(text.trim())
  if (found === null) return undefined
  const unit = found[2] === 'm' || found[2] === 'h' || found[2] === 'd' ? found[2] : 's'
  return Number(found[1]) * seconds[unit]
}

/** The shortest text for a number of seconds: `24h`, `90s`. */
export function showDuration(total: number): string {
  for (const unit of ['d', 'h', 'm'] as const)
    if (total >= seconds[unit] && total % seconds[unit] === 0) return `${total / seconds[unit]}${unit}`
  return `${Math.round(total)}s`
}
