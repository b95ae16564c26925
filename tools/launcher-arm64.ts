import { Arm64Code } from './arm64-code.ts'
import { elfHeader, elfHeaderLength } from './elf-header.ts'
import { cannotStart, fixedVariables, keptVariables, mainFile, runtimeFlags, runtimeFolder } from './launch-settings.ts'
import { loaderName } from './own-runtime.ts'

/**
 * What launcher-x64.ts makes, for arm64: the program `davylamp` of a package, which finds its folder through /proc/self/exe, sorts the
 * environment and becomes our own loader. It has no interpreter and no library, and writes to its stack only, whatever the size of pages is.
 */
export function launcherForArm64(): Buffer {
  const code = codeOf().finish()
  const length = elfHeaderLength(1) + code.length
  const segment = { kind: 'run', offset: 0, address: textAddress, length, size: length, align: largestPage } as const
  return Buffer.concat([elfHeader('arm64', textAddress + elfHeaderLength(1), [segment]), code])
}

const textAddress = 0x400000
const largestPage = 0x10000
const calledAs = 'DAVYLAMP_CALLED_AS='
const pathLimit = 4000
/** On the stack: how the caller may start us again, and behind it the four paths that are made from it. */
const textBytes = 5 * (pathLimit + 64)
/** Pointers of our own, beside those of the caller. */
const ownPointers = 34

/** faccessat, write, readlinkat, exit_group, execve of asm-generic/unistd.h. */
const calls = { access: 48, write: 64, readlink: 78, exit: 94, execve: 221 }
const currentDirectory = -100

/** Registers that calls of the kernel and our routines leave alone. */
const r = {
  stack: 19,
  caller: 20,
  nextText: 21,
  folderLength: 22,
  arguments: 23,
  environment: 24,
  nextPointer: 25,
  called: 26,
  path: 27,
} as const

function codeOf(): Arm64Code {
  const code = new Arm64Code()
  findFolder(code)
  buildArguments(code)
  buildEnvironment(code)
  becomeLoader(code)
  complain(code)
  routines(code)
  code.texts('called as', calledAs).texts('exe', '/proc/self/exe')
  code.texts('kept', ...keptVariables.map(name => `${name}=`), '')
  code.texts('loader', `${runtimeFolder}/${loaderName}`).texts('libraries', runtimeFolder)
  code.texts('node', `${runtimeFolder}/node`).texts('main', mainFile)
  code.texts('inhibit', '--inhibit-cache').texts('library-path', '--library-path')
  runtimeFlags.forEach((flag, index) => void code.texts(`flag ${index}`, flag))
  fixedVariables.forEach((variable, index) => void code.texts(`variable ${index}`, variable))
  return code
    .texts('no-self', 'davylamp: cannot tell where it is: is /proc mounted, and its path shorter than 4000 bytes?\n')
    .texts('bad-path', 'davylamp: its path holds one of : ; $, which a loader cannot take: move its folder\n')
    .texts('missing-1', 'davylamp: missing: ')
    .texts('missing-2', '\ndavylamp: unpack the whole archive again\n')
    .texts('failed', 'davylamp: its loader would not start: is this folder mounted noexec?\n')
}

function findFolder(code: Arm64Code): void {
  code.copyStackPointer(r.stack)
  // The count of arguments, those and a null, then the environment.
  code.load(0, r.stack).addWords(r.caller, r.stack, 0).add(r.caller, r.caller, 16)
  code.set(0, (textBytes + 15) & ~15).lowerStack(0)
  code.copyStackPointer(r.called)
  code.copy(2, r.called).address(1, 'called as').place('name')
  code.loadByteAndGoOn(3, 1).storeByteAndGoOn(3, 2).jumpUnlessZero(3, 'name')
  code.add(r.path, r.called, calledAs.length)
  code
    .set(0, currentDirectory)
    .address(1, 'exe')
    .copy(2, r.path)
    .set(3, pathLimit + 1)
  code.systemCall(calls.readlink)
  code.compare(0, 0).jumpIf('less-or-equal', 'say no-self')
  code.compare(0, pathLimit).jumpIf('greater', 'say no-self')
  code.storeNul(r.path, 0)
  code.place('slash')
  code.subtract(0, 0, 1).jumpIf('negative', 'say no-self')
  code.loadByte(1, r.path, 0).compare(1, '/'.charCodeAt(0)).jumpIf('not-equal', 'slash')
  code.add(r.folderLength, 0, 1)
  code.place('letters').loadByte(1, r.path, 0)
  for (const letter of ':;$') code.compare(1, letter.charCodeAt(0)).jumpIf('equal', 'say bad-path')
  code.subtract(0, 0, 1).jumpIf('not-negative', 'letters')
  code.add(r.nextText, r.path, pathLimit + 1)
}

function buildArguments(code: Arm64Code): void {
  code.load(0, r.stack)
  makeRoom(code)
  code.copy(r.arguments, r.nextPointer)
  code.address(1, 'loader').call('put file')
  code.address(0, 'inhibit').call('put')
  code.address(0, 'library-path').call('put')
  code.address(1, 'libraries').call('put file')
  code.address(1, 'node').call('put file')
  for (const index of runtimeFlags.keys()) code.address(0, `flag ${index}`).call('put')
  code.address(1, 'main').call('put file')
  // From the second on: the first is the caller's name for us. There may be none at all.
  code.add(9, r.stack, 8).load(0, r.stack).jumpIfZero(0, 'last argument')
  code.place('next argument')
  code.add(9, 9, 8).load(0, 9)
  code.place('last argument')
  code.call('put').jumpUnlessZero(0, 'next argument')
}

function buildEnvironment(code: Arm64Code): void {
  code.set(0, 0)
  code.place('count')
  code.loadWord(1, r.caller, 0).add(0, 0, 1).jumpUnlessZero(1, 'count')
  makeRoom(code)
  code.copy(r.environment, r.nextPointer)
  for (const index of fixedVariables.keys()) code.address(0, `variable ${index}`).call('put')
  code.copy(0, r.called).call('put')
  code.place('next variable')
  code.load(0, r.caller).jumpIfZero(0, 'last variable')
  code.add(r.caller, r.caller, 8).address(2, 'kept')
  code.place('next name')
  code.copy(3, 0).loadByteAndGoOn(1, 2).jumpIfZero(1, 'next variable')
  code.place('same')
  code.loadByteAndGoOn(4, 3).compareWith(1, 4).jumpIf('not-equal', 'skip')
  code.loadByteAndGoOn(1, 2).jumpUnlessZero(1, 'same')
  code.call('put').jump('next variable')
  code.place('skip')
  code.loadByteAndGoOn(1, 2).jumpUnlessZero(1, 'skip').jump('next name')
  code.place('last variable')
  code.call('put')
}

/** Pointers for as many as register 0 says, and for ours. */
function makeRoom(code: Arm64Code): void {
  code.add(0, 0, ownPointers).timesEight(0, 0).roundDownTo16(0, 0)
  code.lowerStack(0).copyStackPointer(r.nextPointer)
}

function becomeLoader(code: Arm64Code): void {
  code.load(0, r.arguments).copy(1, r.arguments).copy(2, r.environment)
  code.systemCall(calls.execve)
  code.address(1, 'failed').call('say').jump('exit')
}

function complain(code: Arm64Code): void {
  for (const message of ['no-self', 'bad-path'])
    code.place(`say ${message}`).address(1, message).call('say').jump('exit')
  code.place('say missing').copy(9, 1)
  code.address(1, 'missing-1').call('say')
  code.copy(1, 9).call('say')
  code.address(1, 'missing-2').call('say')
  code.place('exit')
  code.set(0, cannotStart).systemCall(calls.exit)
}

function routines(code: Arm64Code): void {
  code.place('put file') // register 1: a name below our folder; it must be there
  code.copy(2, r.nextText).set(3, 0)
  code.place('folder')
  code.loadByte(4, r.path, 3).storeByteAndGoOn(4, r.nextText)
  code.add(3, 3, 1).compareWith(3, r.folderLength).jumpIf('not-equal', 'folder')
  code.place('copy')
  code.loadByteAndGoOn(4, 1).storeByteAndGoOn(4, r.nextText).jumpUnlessZero(4, 'copy')
  code.set(0, currentDirectory).copy(1, 2).set(2, 0).systemCall(calls.access)
  code.jumpUnlessZero(0, 'say missing')
  code.copy(0, 1)
  code.place('put') // register 0: a pointer, which stays there
  code.storeAndGoOn(0, r.nextPointer).return()
  code.place('say') // register 1: a text
  code.set(2, 0)
  code.place('length')
  code.loadByte(3, 1, 2).jumpIfZero(3, 'write')
  code.add(2, 2, 1).jump('length')
  code.place('write')
  code.set(0, 2).systemCall(calls.write).return()
}
