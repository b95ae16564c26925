/** What was seen, in the words of the report `tampering`. */
export interface Tampering {
  readonly what: string
  readonly detail: string
}
