import { encode } from 'uqr'

interface QrCodeProps {
  readonly label: string
  readonly children: string
}

/** Always dark on light, with its quiet zone: many cameras read no other. */
export function QrCode({ label, children }: QrCodeProps) {
  const { data, size } = encode(children, { border: 4 })
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .filter(Boolean)
    .join('')
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      width={220}
      height={220}
      shapeRendering="crispEdges"
      style={{ alignSelf: 'center', background: '#fff', borderRadius: 4, maxWidth: '100%' }}
    >
      <path d={path} fill="#000" />
    </svg>
  )
}
