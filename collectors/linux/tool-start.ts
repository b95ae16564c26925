import { linesOf } from './host-lines.ts'

/** A line of a tool's start file that makes the tool run a command. */
export interface ToolLine {
  readonly line: number
  readonly text: string
  readonly command: string
}

/** Start files of tools that can run commands. */
export const toolStartPaths = {
  system: [
    '/etc/vim/vimrc',
    '/etc/vim/vimrc.local',
    '/etc/vimrc',
    '/etc/vimrc.local',
    '/etc/screenrc',
    '/etc/tmux.conf',
    '/etc/gdb/gdbinit',
    '/etc/gdbinit',
    '/etc/inputrc',
    '/etc/wgetrc',
    '/etc/lesskey',
    '/etc/nanorc',
    '/etc/mailcap',
    '/etc/mail.rc',
  ],
  home: [
    '.vimrc',
    '.vim/vimrc',
    '.config/nvim/init.vim',
    '.config/nvim/init.lua',
    '.exrc',
    '.screenrc',
    '.tmux.conf',
    '.config/tmux/tmux.conf',
    '.gdbinit',
    '.config/gdb/gdbinit',
    '.inputrc',
    '.wgetrc',
    '.curlrc',
    '.pythonrc',
    '.pythonrc.py',
    '.mailcap',
    '.mailrc',
    '.lesskey',
    '.forward',
    '.procmailrc',
  ],
} as const

/** Start of a line, then the command; the first group is what is run. */
const patterns: readonly [RegExp, RegExp][] = [
  [
    /(?:vimrc(?:\.local)?|init\.vim|\.exrc)$/,
    /(?:^\s*:?(?:silent!?\s+)?!|^\s*(?:autocmd|au)\s.*\s:?!|\bexecute\s.*['"]:?!|\b(?:system|systemlist|job_start)\(|^\s*(?:py3?|python3?|perl|ruby|lua)\s)\s*(.*)$/,
  ],
  [/init\.lua$/, /((?:os\.execute|io\.popen|vim\.fn\.system|jobstart)\s*\(.*)$/],
  [/screenrc$/, /^\s*(?:exec|shell|screen|backtick|bindkey\s.*\sexec|bind\s.*\sexec)\s+(.*)$/],
  [
    /tmux\.conf$/,
    /(?:\b(?:run-shell|run|if-shell|if|default-command|default-shell|pipe-pane|new-window|new-session|respawn-\w+|status-(?:left|right)\s.*#\()\s*)(.*)$/,
  ],
  [
    /gdbinit$/,
    /^\s*(?:shell|!|pipe|\||python|python-interactive|py|source|add-auto-load-safe-path|set\s+exec-wrapper)\s*(.*)$/,
  ],
  [/inputrc$/, /^\s*"[^"]+"\s*:\s*"(.*(?:\\n|\\r|\\C-[mj]).*)"\s*$/i],
  [/wgetrc$/, /^\s*use[-_]?askpass\s*=\s*(.*)$/i],
  [
    /pythonrc(?:\.py)?$/,
    /^(.*\b(?:os\.(?:system|popen|exec\w*|spawn\w*)|subprocess|exec\s*\(|eval\s*\(|__import__|urllib|urlopen|socket)\b.*)$/,
  ],
  [/mailcap$/, /^\s*[^#;]+;\s*([^;]+)/],
  [/(?:mailrc|mail\.rc)$/, /^\s*(?:!|shell|set\s+(?:sendmail|EDITOR|PAGER)=)\s*(.*)$/],
  [/lesskey$/, /^\s*(?:LESSOPEN|LESSCLOSE)\s*=\s*(.*)$/],
  [/forward$/, /^\s*"?\|\s*(.*?)"?\s*$/],
  [/procmailrc$/, /^\s*\|\s*(.*)$/],
]

/** The lines of a tool's start file that run commands; nothing for a name that is not in the table. */
export function toolStartLines(name: string, text: string): ToolLine[] {
  const pattern = patterns.find(([file]) => file.test(name))?.[1]
  if (!pattern) return []
  const found: ToolLine[] = []
  for (const { line, text: exact, joined } of linesOf(text)) {
    if (joined.length > 4_096 || /^\s*(?:#|"(?!.*:)|--)/.test(joined)) continue
    const command = pattern.exec(joined)?.[1]?.trim()
    if (command) found.push({ line, text: exact, command })
    if (found.length >= 200) break
  }
  return found
}
