import type { Trait } from '../../../model/index.ts'

const longestLine = 4_096
const mostLines = 20_000
const mostVariables = 64

/** Programs that fetch, as distributions call them; a renamed one is known by the URL it is given. */
const downloader = String.raw`(?:curl|wget|lwp-download|lwp-request|GET|aria2c|axel|lynx|fetch|tftp|ftpget|busybox\s+wget)`
/** A shell or interpreter that reads its program from standard input: no `-c`, `-m`, `-e` behind it. */
const readsProgram = String.raw`(?:sudo\s+(?:-\S+\s+)*|env\s+(?:\w+=\S*\s+)*|nohup\s+|exec\s+|busybox\s+)*(?:/\S*/)?(?:(?:ba|da|a|z|k|c|tc|fi)?sh|python[\d.]*|perl|php|node|ruby)(?:\s+-s?)?(?=\s*(?:$|[;&|)}<>"'\x60#]|\d>|--?\s|-s\b|\$))`

interface LinePattern {
  readonly trait: Trait
  readonly pattern: RegExp
  /** Parts of a line that do not count. */
  readonly without?: RegExp
}

/** Jobs are only taken out of a crontab, as administrators do when they clean up; whoever also adds one does it in other words. */
const takesJobsOut =
  /\bcrontab\s+(?:-u\s+\S{1,64}\s+)?-l\b[^|;&()`$]{0,100}(?:\|\s*(?:grep\s+-\w{0,8}v|sed\s+["']?[/\\][^|;&()`$]{0,200}\/d)[^|;&()`$]{0,200}){1,20}\|\s*crontab\s+(?:-u\s+\S{1,64}\s+)?-(?!\w)/g

const linePatterns: readonly LinePattern[] = [
  // Something fetched, under whatever name the tool has, flows into an interpreter.
  {
    trait: 'download-execute',
    pattern: new RegExp(
      String.raw`(?:\b${downloader}\s[^|]*|(?:https?|ftp)://[^|]*|/dev/tcp/[^|]*)(?:\|[^|]*){0,3}\|\s*${readsProgram}`,
    ),
  },
  {
    trait: 'download-execute',
    pattern: new RegExp(
      String.raw`(?:\b(?:ba|da|z|k)?sh\s+(?:-\w+\s+)*<\(|\bsource\s+<\(|\.\s+<\(|\beval\s+["']?(?:\$\(|\x60)|\b(?:ba|da|z|k)?sh\s+-c\s+["']?(?:\$\(|\x60))\s*(?:\b${downloader}\b|[^)]{0,200}https?://)`,
    ),
  },
  {
    trait: 'download-execute',
    pattern:
      /\b(?:exec|eval|os\.system|subprocess)\b[^\n]{0,120}\b(?:urllib|urlopen|requests\.get|LWP::|file_get_contents\(\s*["']https?:)/,
  },
  {
    trait: 'download-execute',
    pattern: /\b(?:urllib|urlopen|requests\.get)\b[^\n]{0,200}\b(?:exec|eval|os\.system|subprocess)\b/,
  },
  { trait: 'download-execute', pattern: /\bLWP\b[^\n]{0,200}\b(?:eval|system|exec)\b/ },
  // What is decoded is run.
  {
    trait: 'decode-execute',
    pattern: new RegExp(
      String.raw`(?:base64\s+(?:-d|-D|--decode|-di|-id)|base64\s+-\w*d|xxd\s+-r|openssl\s+(?:enc|base64)\b[^|]*\s-d)\b[^|]*(?:\|[^|]*){0,3}\|\s*${readsProgram}`,
    ),
  },
  {
    trait: 'decode-execute',
    pattern: /(?:\beval\s|\bsh\s+-c\s|\bsource\s|\bsh\s+<\()[^\n]{0,2000}?(?:base64\s+-{1,2}[dD]|xxd\s+-r)/,
  },
  {
    trait: 'decode-execute',
    pattern:
      /\b(?:exec|eval)\s*\(\s*(?:\w+\.)*(?:b64decode|base64_decode|gzinflate|str_rot13|decompress|unhexlify|decode_base64|fromhex)/,
  },
  { trait: 'decode-execute', pattern: /__import__\(['"](?:base64|zlib)['"]\)[^\n]{0,80}(?:b64decode|decompress)/ },
  {
    trait: 'decode-execute',
    pattern: new RegExp(String.raw`(?:printf|echo\s+-n?e)\s+["']?(?:\\x[0-9a-fA-F]{2}){6,}[^|]*\|\s*${readsProgram}`),
  },
  // A shell whose input and output are a connection.
  { trait: 'reverse-shell', pattern: /\b(?:ba|z|k)?sh\s+-i\b[^\n]{0,80}\/dev\/(?:tcp|udp)\// },
  { trait: 'reverse-shell', pattern: /\/dev\/(?:tcp|udp)\/[^\n]{0,120}(?:0>&1|0<&\d|<&\d+[^\n]{0,40}>&\d)/ },
  {
    trait: 'reverse-shell',
    pattern: /\b(?:nc|ncat|netcat)\b[^\n|]{0,80}\s-\w*[ec]\s+["']?(?:\/bin\/|\/usr\/bin\/)?(?:ba|da)?sh\b/,
  },
  {
    trait: 'reverse-shell',
    pattern: /\bmk(?:fifo|nod)\b[^\n]{0,200}\|\s*(?:\/bin\/)?(?:ba)?sh\b[^\n]{0,80}\|\s*(?:nc|ncat|openssl|telnet)\b/,
  },
  { trait: 'reverse-shell', pattern: /\bsocat\b[^\n]{0,200}\bexec:/i },
  { trait: 'reverse-shell', pattern: /socket[^\n]{0,300}(?:dup2|pty\.spawn)/ },
  // Ways to come back.
  {
    trait: 'writes-persistence',
    without: takesJobsOut,
    pattern: /\|\s*crontab\s+-|\bcrontab\s+(?:-u\s+\S+\s+)?[/.~$\w]*\/\S|\bcrontab\s+-r\b/,
  },
  {
    trait: 'writes-persistence',
    pattern:
      /(?:>>?\s*|\btee\s+(?:-a\s+)?|\b(?:cp|mv|install|ln)\s[^\n;|]{0,200}\s)["']?(?:\/etc\/cron|\/var\/spool\/cron|\/etc\/rc\.local|\/etc\/rc\.d|\/etc\/init\.d\/|\/etc\/ld\.so\.preload|\/etc\/profile|\/etc\/inittab|(?:\/etc|\/usr\/lib|\/lib)\/systemd\/system\/|\S{0,80}\/?\.(?:bashrc|bash_profile|profile)\b|\S{0,120}authorized_keys)/,
  },
  // Getting rid of others.
  {
    trait: 'kills-rivals',
    pattern:
      /\b(?:p?kill(?:all)?|rm\s+-\w*[rf]|xargs)\b[^\n]{0,300}\b(?:xmrig|kinsing|kdevtmpfsi|minerd|kworkerds|sysrv|networkservice|watchbog|ddgs|qW3xT|cryptonight|stratum|c3pool|supportxmr|moneroocean|xmr-stak|cpuminer|dbused|sysupdate|sysguard|kthreaddi|zzh|pnscan|masscan)/,
  },
  {
    trait: 'kills-rivals',
    pattern:
      /\b(?:xmrig|kinsing|kdevtmpfsi|minerd|kworkerds|sysrv|watchbog|ddgs|cryptonight|stratum|c3pool|supportxmr|moneroocean|:3333|:4444|:5555|:7777|:14444|:13531)\b[^\n]{0,300}\bxargs\b[^\n]{0,60}\bkill\b/,
  },
  {
    trait: 'removes-security',
    pattern:
      /\b(?:rm\s|uninstall|systemctl\s+(?:stop|disable)|service\s+\S+\s+stop|chkconfig|p?kill(?:all)?)[^\n]{0,200}(?:aegis|aliyun[._-]?(?:service|assist)|AliYunDun|AliSecGuard|cloudmonitor|qcloud|YunJing|stargate|bcm-(?:agent|si)|hostguard|falcon-sensor|wazuh|ossec|sentinelone|crowdstrike|clamav|chkrootkit|rkhunter)/i,
  },
  {
    trait: 'removes-security',
    pattern:
      /(?:aegis|aliyun|qcloud|YunJing)\S{0,80}\/\S{0,80}uninst\w*\.sh|\/\S{0,60}uninst(?:all)?\S{0,40}(?:aegis|quartz|stargate|barad)\S{0,40}/i,
  },
  {
    trait: 'removes-security',
    pattern:
      /\bsetenforce\s+0\b|SELINUX=disabled|\bufw\s+disable\b|\biptables\s+-F\b|\bsystemctl\s+(?:stop|disable)\s+(?:--now\s+)?(?:firewalld|apparmor|auditd|rsyslog)\b/,
  },
  {
    trait: 'changes-attributes',
    pattern: /\b\w*(?:chattr|tntrecht|ichdarf|lockr|tntcht)\w*\s+(?:-\w+\s+)*[+-][a-zA-Z]*[ia]/,
  },
  {
    trait: 'changes-attributes',
    pattern: /(?:^|[;&|(]|\bthen|\bdo)\s*(?:sudo\s+)?[\w./-]+\s+(?:-R\s+|-f\s+)*\+(?:i|a|ia|ai|iua|aiu)\s+["']?[/~.$]/,
  },
  // Output of a system command with lines taken out.
  {
    trait: 'output-filter',
    pattern:
      /(?:"?\$[@*]"?|\$\{@\})[^\n|]{0,80}(?:\|[^\n|]{0,200}){0,3}\|\s*(?:\S*\/)?(?:(?:e|f)?grep\s+(?:-\w+\s+)*-\w*v|sed\s+[^\n]{0,10}\/[^\n]{1,200}\/d|awk\s+['"]!)/,
  },
  {
    trait: 'output-filter',
    pattern:
      /(?:^|[\s/"'(;|&\x60])(?:ps|top|htop|pstree|ls|ss|netstat|lsof|find|crontab)\.(?:original|lanigiro|orig|org|bak|real)\b/,
  },
]

const loop =
  /(?:^|[;&|]\s*)\s*(?:while\s+(?:true|:|\[\s*1|sleep|\(\(?\s*1)|until\s+(?:false|\[)|for\s*\(\(\s*;|loop\s*\{)|\bwhile\s*\(?\s*(?:True|1)\b/
const restarts =
  /\b(?:pgrep|pidof|kill\s+-0)\b|\bps\b[^\n|]{0,40}\|[^\n]{0,80}grep|\/proc\/\$|\b(?:nohup|setsid)\s|[\w"'}]\s*&\s*$|\bsubprocess\.Popen|\bos\.(?:fork|system)/

/** Traits of a text that an interpreter would run, with the words behind them. Comments are not looked at. */
export function scriptTraits(text: string): Map<Trait, string> {
  const found = new Map<Trait, string>()
  const lines = logicalLines(text)
  const variables = variablesOf(lines)
  let weakening = 0
  let looping = false
  let sleeping = false
  let restarting: string | undefined
  for (const raw of lines) {
    const line = raw.includes('$') && variables.size > 0 ? filledIn(raw, variables) : raw
    for (const { trait, pattern, without } of linePatterns) {
      if (found.has(trait)) continue
      const words = pattern.exec(without === undefined ? line : line.replace(without, ' '))?.[0]
      if (words === undefined) continue
      // Setting up a server switches one of these off too; a dropper switches off several.
      if (trait === 'removes-security' && generalWeakening.test(words) && ++weakening < 2) continue
      found.set(trait, words)
    }
    looping ||= loop.test(line)
    sleeping ||= /\bsleep\b/.test(line)
    restarting ??= restarts.exec(line)?.[0]
  }
  if (looping && sleeping && restarting !== undefined) found.set('watchdog', restarting)
  const fetched = fetchedAndRun(lines, variables)
  if (fetched !== undefined && !found.has('download-execute')) found.set('download-execute', fetched)
  return found
}

const generalWeakening = /^(?:setenforce|SELINUX|ufw|iptables|systemctl)/

/** Lines without comments, those that end in a backslash joined. */
function logicalLines(text: string): string[] {
  const lines: string[] = []
  let open = ''
  for (const line of text.split('\n', mostLines)) {
    if (open === '' && /^\s*(?:#|\/\/)/.test(line)) continue
    const joined = open + line.slice(0, longestLine)
    open = joined.endsWith('\\') && joined.length < longestLine ? joined.slice(0, -1) : ''
    if (open === '' && joined.trim() !== '') lines.push(joined.slice(0, longestLine))
  }
  if (open.trim() !== '') lines.push(open)
  return lines
}

/** `NAME=value` at the start of a line: droppers keep their tool and their address in such. */
function variablesOf(lines: readonly string[]): Map<string, string> {
  const variables = new Map<string, string>()
  for (const line of lines) {
    const match =
      /^\s*(?:export\s+)?([A-Za-z_]\w{0,40})=(?:"([^"$`]{1,300})"|'([^']{1,300})'|([^\s"'$`;&|]{1,300}))\s*;?\s*$/.exec(
        line,
      )
    if (match?.[1] === undefined || variables.size >= mostVariables) continue
    variables.set(match[1], match[2] ?? match[3] ?? match[4] ?? '')
  }
  return variables
}

function filledIn(line: string, variables: ReadonlyMap<string, string>): string {
  return line
    .replace(
      /\$(?:\{([A-Za-z_]\w{0,40})\}|([A-Za-z_]\w{0,40}))/g,
      (whole, braced, bare) => variables.get(braced ?? bare) ?? whole,
    )
    .slice(0, longestLine)
}

/** A file that was fetched under a name and is made executable or run under that name some lines later. */
function fetchedAndRun(lines: readonly string[], variables: ReadonlyMap<string, string>): string | undefined {
  const fetched = new Set<string>()
  for (const raw of lines.flatMap(line => line.split(/;|&&|\|\|/, 50))) {
    const line = filledIn(raw, variables)
    for (const name of fetched) {
      const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      const path = `["']?(?:[^\\s;&|"']*/)?${quoted}(?=["'\\s;&|)>]|$)`
      const runs = new RegExp(
        `\\b(?:chmod|setfacl)\\s+(?:-\\w+\\s+)*(?:[0-7]*[1357][0-7]*|[ugoa]*\\+[rwxs]*x\\w*)\\s[^;&|]*${path}|(?:^|[;&|(]|\\bthen|\\bdo|\\bnohup|\\bsetsid|\\bexec|\\bsudo|\\b(?:ba|da|z|k)?sh|\\bsource|\\bpython\\d*|\\bperl)\\s*(?:-\\w+\\s+)*(?:\\./|/)[^\\s;&|"']*${quoted}(?=["'\\s;&|)>]|$)|\\b(?:ba|da)?sh\\s+${path}`,
      )
      const words = runs.exec(line)?.[0]
      if (words !== undefined) return words
    }
    if (fetched.size < 20) for (const name of fetchedNames(line)) fetched.add(name)
  }
  return undefined
}

function fetchedNames(line: string): string[] {
  const fetches = new RegExp(String.raw`\b${downloader}\b|(?:https?|ftp)://\S|/dev/tcp/`).test(line)
  if (!fetches) return []
  const names: string[] = []
  for (const match of line.matchAll(
    /(?:\s-o\s*|\s-O\s*|--output[= ]|--output-document[= ]|>\s*)["']?([^\s"';&|>]{1,200})/g,
  )) {
    const name = match[1]?.split('/').pop() ?? ''
    if (name !== '' && name !== '-' && name !== 'null' && !name.startsWith('&')) names.push(name)
  }
  const url = /(?:https?|ftp):\/\/[^\s"';&|?]+\/([^\s"'/;&|?#)]{1,100})/.exec(line)?.[1]
  if (url !== undefined) names.push(url)
  return names.filter(name => /^[\w.][\w.+@-]*$/.test(name)).slice(0, 5)
}
