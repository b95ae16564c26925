import type { Fact } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { aboutPlace } from './about-place.ts'
import { readSudoRules } from './sudoers-file.ts'

/** Who may become somebody else (sudoers(5)): one fact for each rule and user. */
export const sudoers: Collector = {
  name: 'sudoers',
  collects: ['sudo-rule'],
  os: ['linux'],
  stage: 'first',
  collect,
}

function* collect(survey: Survey): Iterable<Fact> {
  for (const rule of readSudoRules(survey.target)) {
    const { modified, attributes, ageDays } = aboutPlace(survey.target, rule.path)
    const owner = survey.owner(rule.path)
    for (const user of rule.users) {
      yield {
        kind: 'sudo-rule',
        path: displayBytes(rule.path),
        line: rule.line,
        text: displayBytes(rule.text),
        user,
        command: displayBytes(rule.command),
        noPassword: rule.noPassword,
        ownership: owner.ownership,
        ...(owner.package === undefined ? {} : { package: owner.package }),
        modified,
        ageDays,
        attributes,
      }
    }
  }
}
