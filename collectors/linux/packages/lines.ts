/** Lines of a buffer without their ends, one at a time, so that a big database never becomes one big string. */
export function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start)
    if (end < 0) {
      yield bytes.subarray(start)
      return
    }
    yield bytes.subarray(start, end)
    start = end + 1
  }
}
