/** How a field of a fact is shown. Fields that stand in no list are for programs (ids, bytes, what another field says better). */
export type FieldForm = 'text' | 'list' | 'time' | 'bytes' | 'seconds' | 'percent' | 'number' | 'claim' | 'ownership'

/** Fields of facts (model/facts) that people are shown, in this order; whatever kind of fact they are in. */
export const fieldForms = {
  command: 'text',
  text: 'text',
  path: 'text',
  script: 'text',
  cwd: 'text',
  pid: 'number',
  parentPid: 'number',
  user: 'text',
  uid: 'number',
  startedAt: 'time',
  mechanism: 'text',
  schedule: 'text',
  line: 'number',
  enabled: 'claim',
  targets: 'list',
  links: 'list',
  settings: 'list',
  oddities: 'list',
  hiddenFrom: 'list',
  kernelThreadImpostor: 'claim',
  argvMismatch: 'claim',
  exeDeleted: 'claim',
  exeInMemory: 'claim',
  socketShell: 'claim',
  cpuPercent: 'percent',
  cpuAveragePercent: 'percent',
  cpuSustainedSeconds: 'seconds',
  ageSeconds: 'seconds',
  residentBytes: 'bytes',
  hugePagesBytes: 'bytes',
  threads: 'number',
  environmentTells: 'list',
  devices: 'list',
  computeLibraries: 'list',
  miningSession: 'text',
  miningAccount: 'text',
  openFiles: 'list',
  unownedLibraries: 'list',
  cgroup: 'text',
  container: 'text',
  protocol: 'text',
  state: 'text',
  address: 'text',
  port: 'number',
  localAddress: 'text',
  localPort: 'number',
  scope: 'text',
  exposedTo: 'text',
  stratum: 'text',
  serverName: 'text',
  certificateNames: 'list',
  selfSigned: 'claim',
  handshake: 'text',
  bytesSent: 'bytes',
  bytesReceived: 'bytes',
  variable: 'text',
  library: 'text',
  hides: 'list',
  type: 'text',
  form: 'text',
  size: 'bytes',
  mode: 'text',
  setuid: 'claim',
  linkTarget: 'text',
  ownership: 'ownership',
  package: 'text',
  packagedCopy: 'text',
  traits: 'list',
  evidence: 'list',
  runs: 'list',
  grants: 'list',
  endpoints: 'list',
  sameContent: 'list',
  attributes: 'list',
  created: 'time',
  modified: 'time',
  changed: 'time',
  backdated: 'claim',
  keyType: 'text',
  fingerprint: 'text',
  comment: 'text',
  options: 'list',
  accountsWithKey: 'number',
  home: 'text',
  shell: 'text',
  password: 'text',
  passwordChanged: 'time',
  groups: 'list',
  administrator: 'claim',
  sudoRules: 'list',
  noPassword: 'claim',
  createdAt: 'time',
  homeCreatedAt: 'time',
  lastActive: 'time',
  value: 'text',
  live: 'claim',
  detail: 'text',
  names: 'list',
  sinkhole: 'claim',
  event: 'text',
  at: 'time',
  until: 'time',
  count: 'number',
  source: 'text',
  fileSystem: 'text',
  covers: 'text',
  taint: 'text',
  hidden: 'claim',
  image: 'text',
  runtime: 'text',
  running: 'claim',
  restartPolicy: 'text',
  privileged: 'claim',
  hostNetwork: 'claim',
  hostPid: 'claim',
  mounts: 'list',
  sha256: 'text',
  md5: 'text',
} as const satisfies Readonly<Record<string, FieldForm>>
export type FieldName = keyof typeof fieldForms

export interface Field {
  readonly name: FieldName
  readonly form: FieldForm
  readonly value: string | number | boolean | readonly string[]
}

/** Of `false` that says something, unlike "not hidden, not deleted …". */
const bothWays = new Set<FieldName>(['enabled', 'running', 'live'])

/** What there is to show of a fact; empty values and claims that are not so are left out. */
export function fieldsOf(fact: Readonly<Record<string, unknown>>): readonly Field[] {
  const names = Object.keys(fieldForms) as FieldName[]
  return names.flatMap(name => {
    const value = shownValue(fact[name])
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return []
    if (value === false && !bothWays.has(name)) return []
    if (value === 0 && fieldForms[name] !== 'number') return []
    // A process whose command line is its path says the same thing twice.
    if (name === 'path' && value === fact['command']) return []
    return [{ name, form: fieldForms[name], value }]
  })
}

function shownValue(value: unknown): Field['value'] | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return Array.isArray(value) && value.every(one => typeof one === 'string') ? value : undefined
}
