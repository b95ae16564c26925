import {
  Button,
  Group,
  NumberInput,
  Paper,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { type AnswerTo, useCall, useChange } from '../../../center/index.ts'
import { ErrorText } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { groupTree } from '../groups/index.ts'

const expiries = ['1', '24', '168', '720'] as const

interface TokenFormProps {
  readonly onMade: (made: AnswerTo<'createEnrolmentToken'>) => void
}

/** Into which group, how many, until when, and whether somebody looks at each first. */
export function TokenForm({ onMade }: TokenFormProps) {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const groups = useCall('listGroups')
  const facets = useCall('hostFacets')
  const create = useChange('createEnrolmentToken', ['listEnrolmentTokens'])
  const offered = groupTree(groups.data?.items ?? []).filter(({ group }) => can('hosts:enrol', group.id))
  const form = useForm({
    mode: 'controlled',
    initialValues: {
      group: null as string | null,
      name: '',
      uses: 1 as number | string,
      expiresInHours: '24',
      needsApproval: false,
      tags: [] as string[],
    },
    validate: {
      uses: value => (typeof value === 'number' && value >= 1 && value <= 100_000 ? null : t('wizard.uses-wrong')),
    },
  })
  const group = form.values.group ?? offered[0]?.group.id
  const make = async ({ name, uses, expiresInHours, needsApproval, tags }: typeof form.values) => {
    if (group === undefined) return
    try {
      onMade(
        await create.mutateAsync({
          body: { group, name, uses: Number(uses), expiresInHours: Number(expiresInHours), needsApproval, tags },
        }),
      )
    } catch {
      // Shown below.
    }
  }
  return (
    <Paper withBorder p="md" component="form" onSubmit={form.onSubmit(values => void make(values))}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <Select
            label={t('fields.group')}
            description={t('wizard.group-what')}
            data={offered.map(one => ({
              value: one.group.id,
              label: `${'\u2003'.repeat(one.depth)}${one.group.name}`,
            }))}
            value={group ?? null}
            onChange={value => form.setFieldValue('group', value)}
            allowDeselect={false}
            searchable
          />
          <NumberInput
            label={t('wizard.uses')}
            description={t('wizard.uses-what')}
            min={1}
            max={100_000}
            allowDecimal={false}
            {...form.getInputProps('uses')}
          />
          <Select
            label={t('wizard.expiry')}
            description={t('wizard.expiry-what')}
            data={expiries.map(value => ({ value, label: t(`wizard.expiries.${value}`) }))}
            allowDeselect={false}
            {...form.getInputProps('expiresInHours')}
          />
          <TextInput
            label={t('token.name')}
            description={t('wizard.name-what')}
            maxLength={200}
            {...form.getInputProps('name')}
          />
          <TagsInput
            label={t('fields.tags')}
            description={t('wizard.tags-what')}
            data={(facets.data?.['tag'] ?? []).map(one => one.value)}
            maxTags={50}
            {...form.getInputProps('tags')}
          />
          <Switch
            mt={{ base: 0, sm: 26 }}
            label={t('wizard.approval')}
            description={t('wizard.approval-what')}
            {...form.getInputProps('needsApproval', { type: 'checkbox' })}
          />
        </SimpleGrid>
        <ErrorText error={create.error} />
        <Group>
          <Button type="submit" loading={create.isPending} disabled={group === undefined}>
            {t('wizard.make')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  )
}
