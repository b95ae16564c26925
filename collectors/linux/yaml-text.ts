import { parseAllDocuments } from 'yaml'
import type { Target } from '../../target/index.ts'

const longest = 64 * 1024
const deepest = 24

/** The YAML documents in a small file; none, and a gap, where they are broken or nested so that the parser would take for ever. */
export function readYaml(target: Target, path: string): unknown[] {
  const text = target.files.text(path, longest)
  if (text === undefined) return []
  if (isTangled(text)) {
    target.addGap({ what: 'yaml', why: 'nested too deeply to be read safely', path })
    return []
  }
  try {
    const documents = parseAllDocuments(text, { strict: false, uniqueKeys: false, logLevel: 'silent' })
    return (Array.isArray(documents) ? documents : [])
      .slice(0, 200)
      .map(document => document.toJS({ maxAliasCount: 50 }))
  } catch {
    target.addGap({ what: 'yaml', why: 'not valid YAML', path })
    return []
  }
}

/** The parser's time doubles with each level of `{` and `? `, so both are counted before. */
function isTangled(text: string): boolean {
  let depth = 0
  for (const unit of text) {
    if (unit === '{' || unit === '[') depth++
    else if ((unit === '}' || unit === ']') && depth > 0) depth--
    if (depth > deepest) return true
  }
  return (text.match(/(?:^|\s)\?(?=\s|$)/gm) ?? []).length > deepest || (text.match(/["']/g) ?? []).length > 10_000
}
