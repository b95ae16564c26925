import { openPackages } from '../collectors/index.ts'
import { liveTarget, type Target } from '../target/index.ts'

/** Whether a package of the host owns a file and it is as the package installed it. The databases are read when first asked. */
export function packageOwned(target: Target = liveTarget()): (path: string) => boolean {
  return path => {
    // What a link leads to says nothing about the link.
    if (target.files.lstat(path)?.type !== 'file') return false
    const { ownership } = openPackages(target).owner(path)
    return ownership === 'owned' || ownership === 'verified'
  }
}
