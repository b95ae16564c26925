import type shell from '../shell/words/en.json'
import type parts from '../parts/words/en.json'
import type people from '../people/words/en.json'
import type incident from '../incident/words/en.json'
import type detections from '../detections/words/en.json'
import type overview from '../pages/overview/words/en.json'
import type alerts from '../pages/alerts/words/en.json'
import type alertDetail from '../pages/alerts/detail/words/en.json'
import type virusScan from '../pages/virus-scan/words/en.json'
import type hosts from '../pages/hosts/words/en.json'
import type prevention from '../pages/prevention/words/en.json'
import type quarantine from '../pages/quarantine/words/en.json'
import type response from '../pages/response/words/en.json'
import type reports from '../pages/reports/words/en.json'
import type rules from '../pages/rules/words/en.json'
import type intelligence from '../pages/intelligence/words/en.json'
import type notifications from '../pages/notifications/words/en.json'
import type users from '../pages/users/words/en.json'
import type audit from '../pages/audit/words/en.json'
import type settings from '../pages/settings/words/en.json'
import type health from '../pages/health/words/en.json'
import type profile from '../pages/profile/words/en.json'
import type signIn from '../pages/sign-in/words/en.json'

/** Keys that do not exist are found by the compiler; that all languages have them is found by words.test.ts. */
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'parts'
    resources: {
      shell: typeof shell
      parts: typeof parts
      people: typeof people
      incident: typeof incident
      detections: typeof detections
      overview: typeof overview
      alerts: typeof alerts
      'alerts/detail': typeof alertDetail
      'virus-scan': typeof virusScan
      hosts: typeof hosts
      prevention: typeof prevention
      quarantine: typeof quarantine
      response: typeof response
      reports: typeof reports
      rules: typeof rules
      intelligence: typeof intelligence
      notifications: typeof notifications
      users: typeof users
      audit: typeof audit
      settings: typeof settings
      health: typeof health
      profile: typeof profile
      'sign-in': typeof signIn
    }
  }
}
