import type { Advice } from './wanted.ts'
import { containerIdOf, type Known, type World } from './world.ts'

/** What to do about the image that a container of an intrusion was made from: it would bring the program back. */
export function imageAdvice(container: Known<'container'>, world: World): Advice {
  const { image, imageId, name, runtime } = container
  const id = containerIdOf(container)
  const same = world.all('container').filter(one => {
    if (containerIdOf(one) === id || one.runtime !== runtime) return false
    return imageId === undefined ? one.image === image : one.imageId === imageId
  })
  const exactly = imageId === undefined || image === imageId ? image : `${image} (${imageId})`
  if (same.length > 0) {
    const others = same.map(one => one.name).slice(0, 5)
    return {
      text: `Look at the image ${exactly}: ${others.join(', ')} ${same.length === 1 ? 'was' : 'were'} made from it too.`,
    }
  }
  const text = `Remove the container ${name} and its image ${exactly}, from which nothing else was made: it would bring the program back.`
  if (imageId === undefined || (runtime !== 'docker' && runtime !== 'podman')) return { text }
  return { text, command: `${runtime} rm ${id} && ${runtime} image rm ${imageId}` }
}
