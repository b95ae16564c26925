import { useHotkeys } from '@mantine/hooks'
import { lazy, Suspense, useCallback, useState } from 'react'

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))

/** Whether the palette was ever asked for, and what opens it: by Ctrl+K too. It is fetched then and not with the first page. */
export function useOpenPalette(): readonly [boolean, () => void] {
  const [asked, setAsked] = useState(false)
  const open = useCallback(() => {
    setAsked(true)
    void import('./palette.tsx').then(({ openPalette }) => openPalette())
  }, [])
  // Once it is there it hears the keys itself.
  useHotkeys(asked ? [] : [['mod + K', open]], [])
  return [asked, open]
}

export function PaletteWhenAsked({ asked }: { readonly asked: boolean }) {
  if (!asked) return null
  return (
    <Suspense fallback={null}>
      <Palette />
    </Suspense>
  )
}
