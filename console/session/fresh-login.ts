import { ApiError } from '../../client/index.ts'

type Ask = () => Promise<boolean>
let ask: Ask | undefined

/** The dialog that asks (confirm-dialog.tsx) says here how it is opened. */
export function onFreshLoginWanted(asking: Ask | undefined): void {
  ask = asking
}

/** Runs `work`; when the center wants to know again who it is, asks the person and runs it once more. */
export async function withFreshLogin<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'login-again' || ask === undefined) throw error
    if (!(await ask())) throw error
    return work()
  }
}
