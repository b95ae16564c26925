import { instanceOf, knownName, lastValue, type UnitFile, type UnitTree } from './unit-tree.ts'

/** What will be started, and why. */
export interface Activation {
  /** By the name under which the tree has the unit: `boot`, or the name of what triggers it. */
  readonly started: ReadonlyMap<string, string>
  /** Instances of templates that are started. */
  readonly instances: ReadonlyMap<string, readonly string[]>
  /** Units that a timer, socket, path or automount starts, by the name of that. */
  readonly triggers: ReadonlyMap<string, string>
}

const pulling = /^(?:Wants|Requires|BindsTo|Upholds|OnFailure|OnSuccess|Sockets)$/
const byHand = new Set(['rescue.target', 'emergency.target'])

/**
 * Which units the manager starts of itself: those that targets pull in by links or directives, what those pull in, and what
 * their timers, sockets, paths and automounts trigger. Every target but rescue and emergency counts as reached, because
 * which are depends on the boot. Units that were made at run time are running.
 */
export function activationOf(tree: UnitTree, busNames: ReadonlySet<string> = new Set()): Activation {
  const edges = new Map<string, string[]>()
  const triggers = new Map<string, string>()
  const addEdge = (parent: string, child: string) => edges.set(parent, [...(edges.get(parent) ?? []), child])
  for (const { parent, unit } of tree.pulls) addEdge(knownName(tree, parent), unit)
  for (const [name, [file]] of tree.units) {
    if (file === undefined || tree.masked.has(name)) continue
    for (const directive of file.directives)
      if (pulling.test(directive.name))
        for (const unit of directive.value.split(/\s+/, 200)) if (unit !== '') addEdge(name, unit)
    const triggered = triggeredBy(file)
    if (triggered !== undefined) triggers.set(name, triggered)
  }
  for (const { unit, directives, overridden } of tree.dropIns) {
    if (overridden) continue
    for (const directive of directives)
      if (pulling.test(directive.name))
        for (const child of directive.value.split(/\s+/, 200)) if (child !== '') addEdge(knownName(tree, unit), child)
  }

  const started = new Map<string, string>()
  const instances = new Map<string, string[]>()
  const queue: [name: string, why: string][] = []
  for (const [parent] of edges) if (parent.endsWith('.target') && !byHand.has(parent)) queue.push([parent, 'boot'])
  for (const [name, [file]] of tree.units)
    if (file !== undefined && /\/transient$/.test(file.directory)) queue.push([name, 'transient'])
  for (const [alias, { unit, path }] of tree.aliases)
    if (/^\/(?:etc|run)\//.test(path) || busNames.has(alias)) queue.push([unit, 'alias'])
  for (const name of busNames) queue.push([name, 'dbus'])

  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [wanted, why] = next
    const name = knownName(tree, wanted)
    if (tree.masked.has(wanted) || tree.masked.has(name)) continue
    const instance = instanceOf(tree.aliases.get(wanted)?.unit ?? wanted)
    if (instance?.template === name) {
      const others = instances.get(name) ?? []
      if (!others.includes(instance.instance) && others.length < 16) instances.set(name, [...others, instance.instance])
    }
    if (started.has(name)) continue
    started.set(name, why)
    for (const child of edges.get(name) ?? []) queue.push([child, why === 'boot' ? 'boot' : name])
    const triggered = triggers.get(name)
    if (triggered !== undefined) queue.push([triggered, name])
  }
  return { started, instances, triggers }
}

/** The unit that a timer, path, socket or automount starts. */
export function triggeredBy({ name, directives }: UnitFile): string | undefined {
  const stem = name.replace(/\.\w+$/, '')
  if (name.endsWith('.timer') || name.endsWith('.path')) return lastValue(directives, 'Unit') ?? `${stem}.service`
  if (name.endsWith('.automount')) return `${stem}.mount`
  if (!name.endsWith('.socket')) return undefined
  const accepts = /^(?:yes|true|1|on)$/i.test(lastValue(directives, 'Accept') ?? '')
  return lastValue(directives, 'Service') ?? (accepts ? `${stem}@.service` : `${stem}.service`)
}
