import type { storyRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import { loadCase } from './load-case.ts'
import { storyOf } from './story-of.ts'

export const storyHandlers: Pick<Handlers<typeof storyRoutes>, 'alertStory'> = {
  async alertStory({ params }, { caller, db }) {
    return storyOf(await loadCase(db, caller, params.alert))
  },
}
