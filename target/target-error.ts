/** The target that was asked for cannot be opened. The message is for people and says what to do. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
}
