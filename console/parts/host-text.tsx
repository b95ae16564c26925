import { Fragment } from 'react'

/** Controls, and what turns the direction of text or hides in it: a host must not be able to make a reader see something else. */
const strange =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]/u

/** The same for where only plain text can stand: labels of drawings, names for screen readers, titles of windows. */
export function inertText(text: string): string {
  return strange.test(text) ? [...text].map(one => (strange.test(one) ? codeOf(one) : one)).join('') : text
}

interface HostTextProps {
  readonly children: string
  /** Names and sentences: in the letters of what stands around them, not in those of code. */
  readonly prose?: boolean
}

/** Text that came from a host, or from anybody who may write one there: shown as it is, with what cannot be seen made visible. */
export function HostText({ children, prose = false }: HostTextProps) {
  const look = prose ? 'davylamp-host-text davylamp-prose' : 'davylamp-host-text'
  if (!strange.test(children))
    return (
      <bdi className={look} translate="no">
        {children}
      </bdi>
    )
  return (
    <bdi className={look} translate="no">
      {[...children].map((character, index) =>
        strange.test(character) ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is what names a character.
          <span key={index} className="davylamp-strange">
            {codeOf(character)}
          </span>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is what names a character.
          <Fragment key={index}>{character}</Fragment>
        ),
      )}
    </bdi>
  )
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
