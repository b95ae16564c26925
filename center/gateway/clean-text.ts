/** What a host says, as one line that can be stored and shown: no control or direction-changing characters, cut at `most`. */
export function cleanText(text: string, most: number): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .slice(0, most)
    .toWellFormed()
}
