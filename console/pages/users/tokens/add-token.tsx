import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  SimpleGrid,
  Stack,
  TextInput,
} from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type Permission, permissions } from '../../../../model/api/index.ts'
import { useChange } from '../../../center/index.ts'
import { CopyText, ErrorText } from '../../../parts/index.ts'
import { useRightWords } from '../../../people/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { useGroupNames } from '../group-names.ts'

interface AddTokenProps {
  readonly opened: boolean
  readonly onClose: () => void
}

export function AddToken({ opened, onClose }: AddTokenProps) {
  const { t } = useWords('users')
  const [token, setToken] = useState<string>()
  const close = () => {
    setToken(undefined)
    onClose()
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t(token === undefined ? 'tokens.add' : 'tokens.made')}
      size="lg"
      closeOnClickOutside={token === undefined}
      closeButtonProps={{ 'aria-label': t('add.cancel') }}
    >
      {!opened ? null : token === undefined ? (
        <Form onClose={close} onMade={setToken} />
      ) : (
        <Stack gap="sm">
          <CopyText>{token}</CopyText>
          <Alert variant="light" color="yellow">
            {t('tokens.once')}
          </Alert>
          <Group justify="flex-end">
            <Button onClick={close} data-autofocus>
              {t('tokens.done')}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}

function Form({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (token: string) => void }) {
  const { t } = useWords('users')
  const { can } = useSession()
  const words = useRightWords()
  const { groups } = useGroupNames()
  const create = useChange('createToken', ['listTokens'])
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<Permission>>(new Set(['hosts:read', 'alerts:read']))
  const [places, setPlaces] = useState<string[]>([])
  const [days, setDays] = useState(90)
  const held = permissions.filter(permission => can(permission))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    try {
      const made = await create.mutateAsync({
        body: {
          name: name.trim(),
          permissions: held.filter(one => chosen.has(one)),
          days,
          ...(places.length === 0 ? {} : { groups: places }),
        },
      })
      onMade(made.token)
    } catch {
      // Shown below.
    }
  }
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack gap="sm">
        <TextInput
          label={t('tokens.name')}
          description={t('tokens.name-about')}
          maxLength={100}
          required
          withAsterisk={false}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Checkbox.Group
          label={t('tokens.rights')}
          description={t('tokens.rights-about')}
          value={[...chosen]}
          onChange={values => setChosen(new Set(held.filter(one => values.includes(one))))}
        >
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing={10} mt="xs">
            {held.map(permission => (
              <Checkbox key={permission} size="xs" value={permission} label={words.permission(permission)} />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
        <MultiSelect
          label={t('tokens.groups')}
          placeholder={places.length === 0 ? t('tokens.all-groups') : ''}
          data={groups.map(({ id, name: label }) => ({ value: id, label }))}
          value={places}
          onChange={setPlaces}
          clearable
          clearButtonProps={{ 'aria-label': t('tokens.all-groups') }}
        />
        <NumberInput
          label={t('tokens.days')}
          min={1}
          max={366}
          allowDecimal={false}
          value={days}
          onChange={value => setDays(Math.min(366, Math.max(1, Number(value) || 1)))}
          maw={200}
        />
        <ErrorText error={create.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('add.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name.trim() === '' || chosen.size === 0}>
            {t('tokens.make')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
