import { z } from 'zod'
import type { agentRoutes, enrolmentTokenObject, joinInstructions } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { CenterSettings, Db, Handlers } from '../context.ts'
import { inGroupsOf, mayInGroup } from '../fleet/index.ts'
import { notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import type { AgentApiParts } from './api.ts'
import { architectures, joinName } from './downloads.ts'
import { newToken, tokenHash } from './token.ts'

type TokenHandlers = Pick<
  Handlers<typeof agentRoutes>,
  'createEnrolmentToken' | 'listEnrolmentTokens' | 'revokeEnrolmentToken' | 'joinInstructions'
>

const newestFirst = keyset('enrolment-tokens', [z.uuid()])

export function tokenHandlers(parts: AgentApiParts): TokenHandlers {
  return {
    async createEnrolmentToken({ body }, { caller, db, audit, center }) {
      const group = await db
        .selectFrom('host_group')
        .select('group_id')
        .where('group_id', '=', body.group)
        .executeTakeFirst()
      if (group === undefined || !mayInGroup(caller, 'hosts:enrol', body.group)) throw notFound('group')
      const token = newToken()
      const id = uuid7(center.clock())
      await db
        .insertInto('enrolment_token')
        .values({
          tenant_id: caller.tenant,
          token_id: id,
          hash: tokenHash(token),
          group_id: body.group,
          name: body.name,
          uses_left: body.uses,
          needs_approval: body.needsApproval,
          tags: [...new Set(body.tags)],
          created_by: caller.name,
          created_at: center.clock(),
          expires_at: new Date(center.clock().getTime() + body.expiresInHours * 3_600_000),
        })
        .execute()
      const { group: groupId, ...detail } = body
      await audit('enrolment-token.created', { kind: 'enrolment-token', id }, { ...detail, groupId })
      const row = await tokensOf(db).where('token_id', '=', id).executeTakeFirstOrThrow()
      return {
        token,
        object: tokenObject(row, center.clock()),
        instructions: await instructions(parts, center.settings, token),
      }
    },

    async listEnrolmentTokens({ query }, { caller, db, center }) {
      const now = center.clock()
      const rows = await tokensOf(db)
        .where(inGroupsOf(caller, 'hosts:enrol', 'host_group.group_id'))
        .where(beyond(['token_id'], newestFirst.read(query.after), 'desc'))
        .$if(query.usable !== undefined, some =>
          some.where(eb => {
            const usable = eb.and([eb('revoked_at', 'is', null), eb('expires_at', '>', now), eb('uses_left', '>', 0)])
            return query.usable === true ? usable : eb.not(usable)
          }),
        )
        .orderBy('token_id', 'desc')
        .limit(query.limit + 1)
        .execute()
      const { items, ...next } = newestFirst.page(rows, query.limit, row => [row.token_id])
      return { items: items.map(row => tokenObject(row, now)), ...next }
    },

    async revokeEnrolmentToken({ params }, { caller, db, audit, center }) {
      const row = await db
        .updateTable('enrolment_token')
        .set(eb => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(center.clock())) }))
        .where('token_id', '=', params.token)
        .where(inGroupsOf(caller, 'hosts:enrol', 'enrolment_token.group_id'))
        .returning('token_id')
        .executeTakeFirst()
      if (row === undefined) throw notFound('enrolment token')
      await audit('enrolment-token.revoked', { kind: 'enrolment-token', id: params.token })
    },

    joinInstructions: (_input, { center }) => instructions(parts, center.settings, 'TOKEN'),
  }
}

/** `-k` is no risk in them: the checksum and the fingerprint come from here, over a connection that is trusted already. */
async function instructions(
  { keys, downloads }: AgentApiParts,
  { agentAddress }: Pick<CenterSettings, 'agentAddress'>,
  token: string,
): Promise<z.output<typeof joinInstructions>> {
  const { fingerprint } = keys.authority
  const join = `agent join ${agentAddress} --token ${token} --ca ${fingerprint}`
  const install = []
  for (const architecture of architectures) {
    const found = await downloads.joinPackage(architecture)
    if (found === undefined) continue
    const program = `/opt/davylamp/${found.folder}/davylamp`
    const name = joinName(architecture)
    const command = [
      'cd "$(mktemp -d)"',
      `curl -fsSk -o ${name} ${agentAddress}/join/${name}`,
      `echo "${found.sha256}  ${name}" | sha256sum -c`,
      `mkdir -p /opt/davylamp && tar -xzf ${name} -C /opt/davylamp`,
      `${program} ${join}`,
      `${program} agent install`,
    ].join(' && ')
    install.push({ architecture, command })
  }
  return { address: agentAddress, fingerprint, join: `davylamp ${join}`, install }
}

function tokensOf(db: Db) {
  return db
    .selectFrom('enrolment_token')
    .innerJoin('host_group', join =>
      join
        .onRef('host_group.tenant_id', '=', 'enrolment_token.tenant_id')
        .onRef('host_group.group_id', '=', 'enrolment_token.group_id'),
    )
    .select([
      'token_id',
      'enrolment_token.name',
      'enrolment_token.group_id',
      'host_group.name as group_name',
      'tags',
      'uses_left',
      'needs_approval',
      'created_by',
      'enrolment_token.created_at',
      'expires_at',
      'revoked_at',
    ])
}

type TokenRow = Awaited<ReturnType<ReturnType<typeof tokensOf>['executeTakeFirstOrThrow']>>

function tokenObject(row: TokenRow, now: Date): z.output<typeof enrolmentTokenObject> {
  return {
    id: row.token_id,
    name: row.name,
    group: { id: row.group_id, name: row.group_name },
    tags: row.tags,
    usesLeft: row.uses_left,
    needsApproval: row.needs_approval,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
    usable: row.revoked_at === null && row.expires_at > now && row.uses_left > 0,
  }
}
