import type { ProcessFact } from '../../../model/index.ts'

/** A process of which nothing is known but this. */
export function processFact(pid: number, path: string, startTime = 0): ProcessFact {
  return {
    kind: 'process',
    pid,
    startTime,
    name: 'x',
    path,
    command: '',
    argv: [],
    targets: [],
    exeDeleted: false,
    exeInMemory: false,
    kernelThread: false,
    kernelThreadImpostor: false,
    argvMismatch: false,
    hiddenFrom: [],
    environmentTells: [],
    devices: [],
    openFiles: [],
    unownedLibraries: [],
    socketShell: false,
  }
}
