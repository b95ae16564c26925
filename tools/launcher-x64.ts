import { elfHeader, elfHeaderLength } from './elf-header.ts'
import { cannotStart, fixedVariables, keptVariables, mainFile, runtimeFlags, runtimeFolder } from './launch-settings.ts'
import { MachineCode } from './machine-code.ts'
import { loaderName } from './own-runtime.ts'

/**
 * The program `davylamp` of a package: finds its folder through /proc/self/exe, sorts the environment and becomes our own
 * loader. It has no interpreter and no library, so nothing of the host runs in it. See elf(5), execve(2), syscall(2).
 */
export function launcherForX64(): Buffer {
  const code = codeOf(textAddress + headerLength).finish()
  if (headerLength + code.length > page) throw new Error('the launcher has outgrown its page')
  const file = Buffer.alloc(page + calledAs.length)
  const [run, write] = [headerLength + code.length, calledAs.length]
  elfHeader('x64', textAddress + headerLength, [
    { kind: 'run', offset: 0, address: textAddress, length: run, size: run, align: page },
    { kind: 'write', offset: page, address: dataAddress, length: write, size: dataLength, align: page },
  ]).copy(file)
  code.copy(file, headerLength)
  calledAs.copy(file, page)
  return file
}

const page = 4096
const headerLength = elfHeaderLength(2)
const textAddress = 0x400000
const dataAddress = 0x600000
const dataLength = 0x10000
/** How the caller may start us again: the path is read to right behind the name of the variable that says it. */
const calledAs = Buffer.from('DAVYLAMP_CALLED_AS=')
const pathAddress = dataAddress + calledAs.length
const textsAddress = dataAddress + 0x2000
const pathLimit = 4000

/** readlink, access, execve, write, exit_group of the x86-64 table. */
const calls = { readlink: 89, access: 21, execve: 59, write: 1, exit: 231 }

// r12 the stack as the kernel left it, r13 the caller's environment, r14 where the next text goes, r15 the length of the
// folder's name, rbp the new arguments, r9 the new environment, rbx where the next pointer goes.
function codeOf(start: number): MachineCode {
  const code = new MachineCode(start)
  findFolder(code)
  buildArguments(code)
  buildEnvironment(code)
  becomeLoader(code)
  complain(code)
  routines(code)
  code.texts('exe', '/proc/self/exe').texts('kept', ...keptVariables.map(name => `${name}=`), '')
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

function findFolder(code: MachineCode): void {
  code.put('49 89 e4') // mov r12, rsp
  code.put('49 8b 04 24') // mov rax, [r12]          the count of arguments
  code.put('4d 8d 6c c4 10') // lea r13, [r12+rax*8+16]
  code.with('bf', 'exe').with('be', pathAddress).with('ba', 4096) // edi, esi, edx
  code.with('b8', calls.readlink).put('0f 05')
  code.put('48 85 c0').to('0f 8e', 'say no-self') // test rax, rax; jle
  code.with('48 3d', pathLimit).to('0f 8f', 'say no-self') // cmp rax; jg
  code.place('slash')
  code.put('48 ff c8').to('0f 88', 'say no-self') // dec rax; js
  code.with('80 b8', pathAddress).put('2f').to('0f 85', 'slash') // cmp byte [rax+path], '/'; jne
  code.put('4c 8d 78 01') // lea r15, [rax+1]
  code.place('letters')
  for (const letter of ':;$')
    code.with('80 b8', pathAddress).put(letter.charCodeAt(0).toString(16)).to('0f 84', 'say bad-path') // je
  code.put('48 ff c8').to('0f 89', 'letters') // dec rax; jns
}

function buildArguments(code: MachineCode): void {
  code.with('41 be', textsAddress) // mov r14d
  code.put('49 8b 0c 24') // mov rcx, [r12]
  makeRoom(code)
  code.put('48 89 e5') // mov rbp, rsp
  code.with('be', 'loader').to('e8', 'put file')
  code.with('bf', 'inhibit').to('e8', 'put')
  code.with('bf', 'library-path').to('e8', 'put')
  code.with('be', 'libraries').to('e8', 'put file')
  code.with('be', 'node').to('e8', 'put file')
  for (const index of runtimeFlags.keys()) code.with('bf', `flag ${index}`).to('e8', 'put')
  code.with('be', 'main').to('e8', 'put file')
  code.put('49 8d 74 24 08') // lea rsi, [r12+8]      the caller's name for us
  code.put('31 ff') // xor edi, edi
  code.put('49 83 3c 24 00').to('0f 84', 'last argument') // cmp qword [r12], 0; je
  code.place('next argument')
  code.put('48 83 c6 08 48 8b 3e') // add rsi, 8; mov rdi, [rsi]
  code.place('last argument')
  code.to('e8', 'put')
  code.put('48 85 ff').to('0f 85', 'next argument') // test rdi, rdi; jne
}

function buildEnvironment(code: MachineCode): void {
  code.put('31 c9') // xor ecx, ecx
  code.place('count')
  code.put('49 83 7c cd 00 00') // cmp qword [r13+rcx*8], 0
  code.put('48 8d 49 01').to('0f 85', 'count') // lea rcx, [rcx+1]; jne
  makeRoom(code)
  code.put('49 89 e1') // mov r9, rsp
  for (const index of fixedVariables.keys()) code.with('bf', `variable ${index}`).to('e8', 'put')
  code.with('bf', dataAddress).to('e8', 'put')
  code.place('next variable')
  code.put('49 8b 7d 00') // mov rdi, [r13]
  code.put('48 85 ff').to('0f 84', 'last variable') // test rdi, rdi; je
  code.put('49 83 c5 08') // add r13, 8
  code.with('ba', 'kept') // mov edx
  code.place('next name')
  code.put('80 3a 00').to('0f 84', 'next variable') // cmp byte [rdx], 0; je
  code.put('48 89 fe') // mov rsi, rdi
  code.place('compare')
  code.put('8a 02 48 ff c2') // mov al, [rdx]; inc rdx
  code.put('84 c0').to('0f 84', 'keep') // test al, al; je
  code.put('3a 06').to('0f 85', 'skip') // cmp al, [rsi]; jne
  code.put('48 ff c6').to('e9', 'compare') // inc rsi; jmp
  code.place('skip')
  code.put('8a 02 48 ff c2') // mov al, [rdx]; inc rdx
  code.put('84 c0').to('0f 85', 'skip') // test al, al; jne
  code.to('e9', 'next name')
  code.place('keep')
  code.to('e8', 'put').to('e9', 'next variable')
  code.place('last variable')
  code.to('e8', 'put') // rdi is null
}

/** Pointers for as many as rcx says, and for ours. */
function makeRoom(code: MachineCode): void {
  code.with('48 8d 04 cd', 256) // lea rax, [rcx*8+256]
  code.put('48 29 c4 48 89 e3') // sub rsp, rax; mov rbx, rsp
}

function becomeLoader(code: MachineCode): void {
  code.put('48 8b 7d 00 48 89 ee 4c 89 ca') // mov rdi, [rbp]; mov rsi, rbp; mov rdx, r9
  code.with('b8', calls.execve).put('0f 05')
  code.with('be', 'failed').to('e8', 'say').to('e9', 'exit')
}

function complain(code: MachineCode): void {
  for (const message of ['no-self', 'bad-path'])
    code.place(`say ${message}`).with('be', message).to('e8', 'say').to('e9', 'exit')
  code.place('say missing')
  code.put('49 89 f8') // mov r8, rdi
  code.with('be', 'missing-1').to('e8', 'say')
  code.put('4c 89 c6').to('e8', 'say') // mov rsi, r8
  code.with('be', 'missing-2').to('e8', 'say')
  code.place('exit')
  code.with('bf', cannotStart).with('b8', calls.exit).put('0f 05')
}

function routines(code: MachineCode): void {
  code.place('put file') // rsi: a name below our folder; it must be there
  code.put('48 89 f2 4c 89 f7') // mov rdx, rsi; mov rdi, r14
  code.with('be', pathAddress).put('4c 89 f9 f3 a4') // mov esi; mov rcx, r15; rep movsb
  code.put('48 89 d6') // mov rsi, rdx
  code.place('copy')
  code.put('ac aa 84 c0').to('0f 85', 'copy') // lodsb; stosb; test al, al; jne
  code.put('4c 89 f0 49 89 fe 48 89 c7') // mov rax, r14; mov r14, rdi; mov rdi, rax
  code.put('31 f6').with('b8', calls.access).put('0f 05') // xor esi, esi
  code.put('85 c0').to('0f 85', 'say missing') // test eax, eax; jne
  code.place('put') // rdi: a pointer
  code.put('48 89 3b 48 83 c3 08 c3') // mov [rbx], rdi; add rbx, 8; ret
  code.place('say') // rsi: a text
  code.put('31 d2') // xor edx, edx
  code.place('length')
  code.put('80 3c 16 00').to('0f 84', 'write') // cmp byte [rsi+rdx], 0; je
  code.put('48 ff c2').to('e9', 'length') // inc rdx; jmp
  code.place('write')
  code.with('bf', 2).with('b8', calls.write).put('0f 05 c3')
}
