/** A list that must not, or cannot, be taken as it is. The message says why, and what to do. */
export class WrongListError extends Error {
  override readonly name = 'WrongListError'
}
