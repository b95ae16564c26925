import { ActionIcon, Code, CopyButton, Group } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import { useWords } from '../words/index.ts'

/** A command or a value that people take elsewhere. */
export function CopyText({ children }: { readonly children: string }) {
  const { t } = useWords('parts')
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', flex: 1 }}>
        {children}
      </Code>
      <CopyButton value={children}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="default"
            size="lg"
            onClick={copy}
            aria-label={copied ? t('copy.copied') : t('copy.copy')}
          >
            {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
          </ActionIcon>
        )}
      </CopyButton>
    </Group>
  )
}
