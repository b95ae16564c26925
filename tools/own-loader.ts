/**
 * The host's ld.so(8) without what an intruder can bend: the preload list, the library cache and the directories that it
 * searches by itself. The names of the files become empty, and an empty path names no file on any system; the directories
 * become `/` with NULs behind, so that whatever is looked for in them is the root directory itself, which is no library.
 */
export function ownLoader(hosts: Buffer): Buffer {
  const bytes = Buffer.from(hosts)
  if (blank(bytes, '/etc/ld.so.preload') === 0)
    throw new Error('this loader does not name /etc/ld.so.preload: it is not one that we know how to change')
  blank(bytes, '/etc/ld.so.cache')
  blankDirectories(bytes)
  return bytes
}

/** The length stays, as glibc compiles it in beside the text. */
function blank(bytes: Buffer, text: string): number {
  let count = 0
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + text.length)) {
    bytes.fill(0, at, at + text.length)
    count++
  }
  return count
}

/** `system_dirs` in elf/dl-load.c: the directories one after another, each ended by a NUL. */
const searched = /(?:\/(?:usr\/)?lib(?:x?\d\d|\/[a-z0-9_]+-linux-gnu\w*)?\/\0){2,8}/g

function blankDirectories(bytes: Buffer): void {
  const found = [...bytes.toString('latin1').matchAll(searched)]
  if (found.length === 0) throw new Error('this loader does not name the directories it searches where we know them')
  for (const match of found)
    for (const name of match[0].matchAll(/[^\0]+/g)) {
      // The first character stays: the loader asserts that it is a slash.
      const start = match.index + name.index + 1
      bytes.fill(0, start, start + name[0].length - 1)
    }
}
