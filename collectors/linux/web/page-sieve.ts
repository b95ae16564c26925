/** One way in which a page shows that rules should look into it. */
interface Sign {
  /** In lower case: none of these words, no look with the pattern. */
  readonly words: readonly string[]
  readonly pattern: RegExp
  /** How often it must be there; once when absent. */
  readonly times?: number
}

const request = String.raw`\$_(?:GET|POST|REQUEST|COOKIE)`
const wrapped = String.raw`[\s@\w("'*,]{0,90}`
const runs = '(?:eval|assert|system|shell_exec|passthru|exec|popen|proc_open|pcntl_exec)'
const calls =
  '(?:array_map|array_filter|usort|uasort|array_walk|register_shutdown_function|call_user_func(?:_array)?|create_function)'
const unpacks =
  '(?:gzinflate|gzuncompress|gzdecode|str_rot13|base64_decode|strrev|convert_uudecode|rawurldecode|hex2bin)'
const sold =
  '(?:viagra|cialis|casino|poker|gambling|betting|slot|togel|judi|payday|replica|porn|escort|essay|levitra|kamagra|tramadol|xanax|bokep|pharmacy|loan|rolex|louis vuitton|jersey|ugg )'

/** Of pages of any language. A rule in rules/yara judges; here only that a page is worth loading rules for, and none that a rule knows may pass unseen. */
const pageSigns: readonly Sign[] = [
  {
    words: ['$_', 'php://input'],
    pattern: new RegExp(
      String.raw`\b${runs}\s{0,4}\(${wrapped}(?:${request}|\$_SERVER\s?\[\s?["']HTTP_|php:\/\/input)`,
      'i',
    ),
  },
  { words: ['$_'], pattern: new RegExp(String.raw`${request}\s?\[[^\]\n]{1,40}\]\s?\(\s?@?${request}`, 'i') },
  { words: ['$_'], pattern: new RegExp(String.raw`\b(?:echo|print|return)\s{0,3}\(?\x60\s?\{?${request}`, 'i') },
  {
    words: ['$_'],
    pattern: new RegExp(
      String.raw`${calls}\s?\(\s?(?:["']${runs}["']\s?,[^;\n]{0,60}${request}|@?(?:base64_decode\s?\(\s?)?${request}\s?\[[^\]\n]{1,40}\]\s?\)?\s?,[\s\w@(\[]{0,12}${request}|["'][^"']{0,20}["']\s?,\s?@?(?:base64_decode\s?\(\s?)?${request}\s?\[[^\]\n]{1,40}\]\s?\)?\s?\)\s?;?\s?(?:\(|$))`,
      'im',
    ),
  },
  {
    words: ['create_function'],
    pattern: new RegExp(
      String.raw`create_function\s?\(\s?["'][^"']{0,20}["']\s?,\s?@?(?:\w{4,20}\s?\(\s?)?${request}`,
      'i',
    ),
  },
  {
    words: ['preg_replace'],
    pattern: new RegExp(
      String.raw`preg_replace\s?\(\s?["'][^"'\n]{1,60}\/[imsux]{0,4}e[imsux]{0,4}["']\s?,\s?@?(?:${request}|["'](?:\\x65|eval|e\\x76))`,
      'i',
    ),
  },
  {
    words: ['$_'],
    pattern: new RegExp(
      String.raw`=\s?${wrapped}${request}\s?\[[^\]\n]{1,40}\]\s?\){0,3}\s?;[\s\S]{0,120}?\b(?:eval|assert)\s?\(\s?@?(?:base64_decode\s?\(\s?)?\$`,
      'i',
    ),
  },
  { words: ['data:', 'php://input'], pattern: /\b(?:include|require)(?:_once)?[\s(]{1,4}["'](?:php:\/\/input|data:)/i },
  // Keys of four lines that all copies of Behinder have.
  { words: ['15'], pattern: /\+\s?1\s?&\s?15\s?\]/ },
  { words: ['openssl_decrypt'], pattern: /\b(?:eval|assert)\s?\(\s?\$\w{1,24}/ },
  {
    words: [
      '\\x65\\x76\\x61\\x6c',
      '\\x62\\x61\\x73\\x65',
      '${"\\x47',
      '\\x67\\x7a\\x69',
      '\\x61\\x73\\x73\\x65',
      '\\145\\166',
      '\\142\\141\\163',
      '${"\\107',
    ],
    pattern: /\beval\s?\(|\$\w{1,30}\s?\(\s?\$|\$\{["']\\x|\$GLOBALS\[/,
  },
  { words: ['ba', 'as'], pattern: /["'](?:ba["']\s?\.\s?["']se|as["']\s?\.\s?["']se?["']\s?\.\s?["']e?r?t)/ },
  {
    words: ['eval', 'assert', 'array_map', 'call_user_func', 'create_function'],
    pattern: new RegExp(
      String.raw`\b(?:(?:eval|assert)\s?\(\s?(?:["']\?>["']\s?\.\s?)?|(?:array_map|call_user_func|create_function)\s?\(\s?["'][^"']{0,12}["']\s?,\s?)@?${unpacks}\s?\(\s?[@\w(\s]{0,120}["'$]`,
      'i',
    ),
  },
  {
    words: [
      'filesman',
      'c99shell',
      'r57shell',
      'b374k',
      'indoxploit',
      'wso_version',
      'alfa team',
      'anonymousfox',
      'p0wny',
      'mini shell',
      'marijuana',
      'weevely',
      'antichat',
    ],
    pattern: /\b(?:shell_exec|passthru|system|proc_open|popen)\s?\(/,
  },
  // Java and .NET.
  {
    words: ['getruntime', 'processbuilder', 'request.getparameter'],
    pattern:
      /getRuntime\s?\(\s?\)\s?\.\s?exec\s?\(|new\s+(?:java\.lang\.)?ProcessBuilder\s?\(|\.\s?eval\s?\(\s?request\s?\./,
  },
  { words: ['defineclass'], pattern: /newInstance\s?\(/ },
  {
    words: ['request'],
    pattern:
      /<%[\s\S]{0,300}\b(?:eval|execute|executeglobal)\s?\(?\s?request\s?[(.[]|Assembly\.Load\(|\bnew\s+(?:System\.Diagnostics\.)?Process(?:StartInfo)?\s?\(/i,
  },
  // What is put into pages.
  {
    words: [
      'coinhive',
      'authedmine',
      'loot',
      'coinimp',
      'coin-imp',
      'deepminer',
      'webminepool',
      'minero.cc',
      'jsecoin',
      'hostingcloud.',
      'cryptonoter',
      'minescripts',
      'monerominer',
      '.anonymous',
      '.user',
    ],
    pattern:
      /<script[^<>]{0,200}src\s?=[^<>]{0,160}(?:hive|mine|loot|coin|cryptonoter|hostingcloud)|\.\s?(?:Anonymous|User)\s?\(\s?["'][\w-]{16,70}["']/i,
  },
  {
    words: ['%3c%73%63%72', 'fromcharcode'],
    pattern: /%3c%73%63%72|fromCharCode\s?\(\s?(?:60|104)\s?,|eval\s?\(\s?String\s?\.\s?fromCharCode/i,
  },
  {
    words: ['<a '],
    pattern: new RegExp(String.raw`<a\s[^<>]{0,80}href\s?=\s?["']https?:\/\/[^<>]{3,300}>[^<]{0,100}${sold}`, 'gi'),
    times: 3,
  },
  {
    words: ['include', 'require'],
    pattern: /@?\b(?:include|require)(?:_once)?[\s(]{1,4}["'][^"'\n]*\\(?:[0-7]{2,3}|x[0-9a-f]{2})/i,
  },
  { words: ['<?php  ', '<?php\t'], pattern: /<\?php[ \t]{80}/ },
  {
    words: ['atob'],
    pattern: /\b(?:eval|Function)\s?\(\s?(?:window\.)?atob\s?\(|document\.write(?:ln)?\s?\(\s?(?:window\.)?atob\s?\(/,
  },
  { words: ['<script'], pattern: /<script[^<>]{0,200}src\s?=\s?["']?(?:https?:)?\/\/\d{1,3}(?:\.\d{1,3}){3}[:/]/i },
]

const pictureSigns: readonly Sign[] = [
  {
    words: ['<?'],
    pattern: new RegExp(
      String.raw`<\?(?:php|=)?[^>]{0,400}(?:\b(?:eval|assert|system|shell_exec|passthru|exec)\s?\(|${request}\s?\[|base64_decode\s?\()`,
      'i',
    ),
  },
  {
    words: ['#!/', '\x7felf'],
    pattern:
      /\xff\xd9[\s\S]{0,32}(?:#!\/|\x7fELF)|IEND\xaeB\x60\x82[\s\S]{0,32}(?:#!\/|\x7fELF)|\0;[\s\S]{0,32}(?:#!\/|\x7fELF)|^GIF8[^\n]{0,44}\r?\n[\s\S]{0,40}#!\//,
  },
]

/** Whether rules about shells and pages should look into it. `text` holds one byte a character. */
export function isWorthRules(text: string, form: 'page' | 'picture'): boolean {
  const folded = text.toLowerCase()
  const signs = form === 'picture' ? pictureSigns : pageSigns
  return signs.some(
    ({ words, pattern, times = 1 }) =>
      words.some(word => folded.includes(word)) &&
      (times === 1 ? pattern.test(text) : [...text.matchAll(pattern)].length >= times),
  )
}
