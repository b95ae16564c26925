/** What packages say of themselves. */
export const about = {
  maintainer: 'The Davylamp authors <maintainers@davylamp.invalid>',
  summary: 'finds cryptominers on a server, removes them, proves it',
  description: [
    'Davylamp looks at a Linux server for cryptocurrency miners and everything that keeps them alive: cron lines, units, watchdogs, login keys and preloaded libraries that hide the rest.',
    'It shows a plan, carries it out in an order in which nothing can restart anything, looks again, and can take every change back.',
    'An agent keeps watch as a service. The program brings its own runtime, loader and libraries, so that a library that an intruder preloads into every program does not get into it.',
  ],
} as const

/** As Debian and as RPM name a processor. */
export const architectures: Readonly<Record<string, { readonly deb: string; readonly rpm: string }>> = {
  x64: { deb: 'amd64', rpm: 'x86_64' },
  arm64: { deb: 'arm64', rpm: 'aarch64' },
}

export function architectureNames(architecture: string): { readonly deb: string; readonly rpm: string } {
  const found = architectures[architecture]
  if (found === undefined) throw new Error(`no packages are made for ${architecture}`)
  return found
}

/** Whole words in lines of at most that many letters. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
