/** What goes wrong between center and PostgreSQL, in words for people; `cause` has what PostgreSQL said. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}
