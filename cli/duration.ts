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

/** What is left of a time, as a person says it: `23h 59m`. */
export function roughly(total: number): string {
  const parts: string[] = []
  let left = Math.max(0, Math.round(total))
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const whole = Math.floor(left / seconds[unit])
    left -= whole * seconds[unit]
    if (whole > 0) parts.push(`${whole}${unit}`)
  }
  return parts.slice(0, 2).join(' ') || '0s'
}
