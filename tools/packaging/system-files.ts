import { gzipSync } from 'node:zlib'
import { agentYmlText } from '../../agent/agent-settings.ts'
import { packagedUnitPath, unitText } from '../../agent/unit.ts'
import { defaultConfig } from '../../cli/agent-config-path.ts'
import { completionTexts } from '../../cli/completion.ts'
import { defaultState } from '../../cli/default-state.ts'
import { packagedProgram } from '../../cli/program-name.ts'
import type { ArchiveFile } from '../archive.ts'
import type { Contents } from '../make-package.ts'
import { commandsOfProgram } from './described-commands.ts'
import { manPages } from './man-pages.ts'

const documents = 'usr/share/doc/davylamp'

/** Files as a distribution lays them out, seen from `/` and without a slash in front. Those of `/etc` are for the owner of the host to change. */
export async function systemFiles({ version, files }: Contents): Promise<ArchiveFile[]> {
  const commands = await commandsOfProgram()
  const completions = completionTexts(commands)
  const pages = manPages(commands, version)
  return [
    ...files.map(file => ({ ...file, path: placeOf(file.path) })),
    { path: 'usr/bin/davylamp', link: `..${packagedProgram.replace('/usr', '')}/davylamp` },
    text(defaultConfig, agentYmlText(), 0o600),
    text(packagedUnitPath, packagedUnit),
    text('usr/share/bash-completion/completions/davylamp', completions.bash),
    text('usr/share/fish/vendor_completions.d/davylamp.fish', completions.fish),
    ...pages.map(({ name, section, content }) => ({
      path: `usr/share/man/man${section}/${name}.${section}.gz`,
      content: gzipSync(content, { level: 9 }),
    })),
  ]
}

/** Where distributions look for a completion of zsh differs. */
export async function zshCompletion(path: string): Promise<ArchiveFile> {
  return text(path, completionTexts(await commandsOfProgram()).zsh)
}

const packagedUnit = unitText({ program: packagedProgram, state: defaultState, config: defaultConfig })

/** What people read is where people look; all else stays together. */
function placeOf(path: string): string {
  if (path === 'CHANGELOG.md') return `${documents}/changelog.md`
  const read = path.startsWith('docs/') || ['README.md', 'LICENSE', 'THIRD-PARTY.txt'].includes(path)
  return read ? `${documents}/${path}` : `${packagedProgram.slice(1)}/${path}`
}

function text(path: string, content: string, mode = 0o644): ArchiveFile {
  return { path: path.replace(/^\//, ''), mode, content: Buffer.from(content) }
}
