import { type Dispatch, type PointerEvent, type RefObject, type SetStateAction, useEffect, useRef } from 'react'
import { type View, zoomed } from './view.ts'

interface Point {
  readonly x: number
  readonly y: number
}

/** Drag with mouse or finger, pinch with two, Ctrl and wheel. A press that does not move is left to what was pressed. */
export function useGestures(window: RefObject<HTMLElement | null>, setView: Dispatch<SetStateAction<View>>) {
  const pointers = useRef(new Map<number, Point>())
  const moved = useRef(false)
  useEffect(() => {
    const element = window.current
    if (element === null) return
    // React's own listener is passive: with it the page would be zoomed as well.
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const at = within(element, event)
      setView(view => zoomed(view, Math.exp(-event.deltaY / 300), at))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [window, setView])

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return
    if (pointers.current.size === 0) moved.current = false
    pointers.current.set(event.pointerId, within(event.currentTarget, event))
  }
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const before = pointers.current.get(event.pointerId)
    if (before === undefined) return
    const now = within(event.currentTarget, event)
    if (!moved.current && Math.hypot(now.x - before.x, now.y - before.y) < 4) return
    if (!moved.current) event.currentTarget.setPointerCapture(event.pointerId)
    moved.current = true
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1]
    pointers.current.set(event.pointerId, now)
    if (other === undefined) setView(view => ({ ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y }))
    else setView(view => zoomed(view, distance(now, other) / Math.max(1, distance(before, other)), middle(now, other)))
  }
  const onPointerEnd = (event: PointerEvent<HTMLElement>) => void pointers.current.delete(event.pointerId)
  return {
    onPointerDown,
    onPointerMove,
    onPointerUp: onPointerEnd,
    onPointerCancel: onPointerEnd,
    onPointerLeave: onPointerEnd,
  }
}

function within(element: Element, { clientX, clientY }: { clientX: number; clientY: number }): Point {
  const { left, top } = element.getBoundingClientRect()
  return { x: clientX - left, y: clientY - top }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}
