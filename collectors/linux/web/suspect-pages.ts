import type { Target } from '../../../target/index.ts'
import type { Survey } from '../../collector.ts'
import { isWorthRules } from './page-sieve.ts'
import { type WebPage, webPagesOf } from './web-pages.ts'

const kilobyte = 1024
const limits = {
  files: 6_000,
  bytes: 32 * kilobyte * kilobyte,
  page: 1_024 * kilobyte,
  /** A comment of a picture stands at its beginning, and what was put behind it at its end. */
  picture: 64 * kilobyte,
} as const

/** Paths of pages and pictures of web roots that rules about shells should look into. What is too much is a gap. */
export function suspectPages(survey: Survey): string[] {
  // A scan that reads all contents needs no hints.
  if (survey.readsAll) return []
  const { target } = survey
  const suspects: string[] = []
  let left = limits.bytes
  let files = 0
  const { pages } = webPagesOf(survey)
  for (const page of pages) {
    const most = page.form === 'picture' ? limits.picture : limits.page
    if (files >= limits.files || left < Math.min(page.size, most)) break
    files++
    left -= Math.min(page.size, most)
    if (isWorthRules(textOf(target, page, most), page.form)) suspects.push(page.path)
  }
  if (files < pages.length)
    target.addGap({
      what: `${pages.length - files} files of web roots`,
      why: 'young, of the web server or among uploads, and more than a quick scan looks into: scan --full reads them',
    })
  return suspects
}

/** One byte a character; of what is too large the first three quarters of the limit and the end. */
function textOf(target: Target, { path, size }: WebPage, most: number): string {
  reading ??= Buffer.allocUnsafeSlow(limits.page)
  const head = target.files.slice(path, 0, size <= most ? Math.max(1, size) : (most / 4) * 3, reading)
  if (head === undefined) return ''
  const text = head.toString('latin1')
  return size <= most
    ? text
    : text + (target.files.slice(path, size - most / 4, most / 4, reading)?.toString('latin1') ?? '')
}

/** One for all pages, as in files.ts. */
let reading: Buffer | undefined
