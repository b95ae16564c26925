/** Without those of the letters that stand at its end. A regular expression would try each run of them anew from every place in it. */
export function trimmedEnd(text: string, letters: string): string {
  let end = text.length
  while (end > 0 && letters.includes(text.charAt(end - 1))) end--
  return text.slice(0, end)
}
