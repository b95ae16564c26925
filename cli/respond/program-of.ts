import type { Detection } from '../../model/index.ts'
import { program } from '../program-name.ts'

/** Who did it, for the journal. */
export function programOf(detection: Pick<Detection, 'id'> | undefined): string {
  return `${program} response${detection === undefined ? '' : ` ${detection.id}`}`
}
