import { Alert, Button, FileInput, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { FileUp } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useChange } from '../../center/index.ts'
import { ErrorText, HostText, showDone } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { packProblems } from './pack-problems.ts'

const largest = 2_000_000

/** The button above the list of packs, and its form. */
export function UploadPack() {
  const { t } = useWords('rules')
  const { t: part } = useWords('parts')
  const [opened, { open, close }] = useDisclosure()
  return (
    <>
      <Button size="xs" leftSection={<FileUp size={16} aria-hidden />} onClick={open}>
        {t('packs.upload')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('packs.upload')}
        size="xl"
        closeButtonProps={{ 'aria-label': part('close') }}
      >
        {opened ? <UploadForm onClose={close} /> : null}
      </Modal>
    </>
  )
}

function UploadForm({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords('rules')
  const { t: part } = useWords('parts')
  const [name, setName] = useState('')
  const [documents, setDocuments] = useState('')
  const [fileError, setFileError] = useState<string>()
  const [tried, setTried] = useState(false)
  const upload = useChange('uploadPack', ['listPacks'])
  const nameError = /^[a-z0-9-]{1,60}$/.test(name) ? undefined : t('upload.name-wrong')
  const textError = documents.trim().length < 10 ? t('upload.text-missing') : undefined
  const problems = packProblems(upload.error, documents)
  const read = async (file: File | null) => {
    setFileError(undefined)
    if (file === null) return
    if (file.size > largest) return setFileError(t('upload.too-large'))
    setDocuments(await file.text())
    if (name === '') setName(nameFrom(file.name))
  }
  const send = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (nameError !== undefined || textError !== undefined) return
    upload.mutate(
      { body: { name, documents } },
      {
        onSuccess: pack => {
          showDone(t('upload.done', { name: pack.name, version: pack.version }))
          onClose()
        },
      },
    )
  }
  return (
    <form onSubmit={send} noValidate>
      <Stack gap="sm">
        <FileInput
          label={t('upload.file')}
          description={t('upload.file-what')}
          placeholder={t('upload.choose')}
          accept=".yml,.yaml,.txt"
          onChange={file => void read(file)}
          error={fileError}
          leftSection={<FileUp size={16} aria-hidden />}
          data-autofocus
        />
        <TextInput
          label={t('upload.name')}
          description={t('upload.name-what')}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          error={tried ? nameError : undefined}
          maxLength={60}
          maw={360}
          autoComplete="off"
          required
        />
        <Textarea
          label={t('upload.text')}
          description={t('upload.text-what')}
          value={documents}
          onChange={event => setDocuments(event.currentTarget.value)}
          rows={12}
          spellCheck={false}
          styles={{
            input: { fontFamily: 'var(--mantine-font-family-monospace)', whiteSpace: 'pre', overflowX: 'auto' },
          }}
          error={tried ? textError : undefined}
          required
        />
        {problems === undefined ? (
          <ErrorText error={upload.error} />
        ) : (
          <Alert color="red" variant="light" title={t('upload.refused')} role="alert">
            <Stack gap={8}>
              {problems.map(({ line, message, text }) => (
                <div key={`${line} ${message}`}>
                  <Text size="sm" component="div">
                    {line === undefined ? null : <strong>{t('upload.line', { line })}: </strong>}
                    <HostText>{message}</HostText>
                  </Text>
                  {text === undefined ? null : (
                    <Text size="sm" component="div" c="dimmed" pl="md">
                      <HostText>{text}</HostText>
                    </Text>
                  )}
                </div>
              ))}
            </Stack>
          </Alert>
        )}
        <Text size="sm" c="dimmed">
          {t('upload.after')}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {part('confirm.cancel')}
          </Button>
          <Button type="submit" loading={upload.isPending}>
            {t('upload.go')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** `My rules.yml` → `my-rules`. */
function nameFrom(file: string): string {
  return file
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60)
}
