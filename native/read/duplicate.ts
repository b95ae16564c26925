import { checked, lazily } from './system-call.ts'

const fcntl = lazily('fcntl', 'int32', ['int32', 'int32', 'int32'])
/** F_DUPFD_CLOEXEC. */
const duplicateClosing = 1030

/** A second descriptor of the same open file, which stays when the first is closed (fcntl(2)). Throws `SystemCallError`. */
export function duplicate(descriptor: number): number {
  return checked('fcntl', fcntl(descriptor, duplicateClosing, 3))
}
