import { seenText } from './seen-text.ts'

/** For text and for attributes in double quotes. */
export function escaped(text: string): string {
  return seenText(text).replace(/[&<>"']/g, character => entities[character] ?? '')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
