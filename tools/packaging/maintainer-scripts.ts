import { unitName } from '../../agent/unit.ts'
import { defaultConfig } from '../../cli/agent-config-path.ts'
import { defaultState } from '../../cli/default-state.ts'
import { packagedProgram } from '../../cli/program-name.ts'

// A clean-up that is under way ends first (TimeoutStopSec of the unit). While files are replaced nothing runs that would load half of each version.

/** Written by the program beside itself as it starts. */
const removeCache = `rm -rf ${packagedProgram}/.cache`
const packageChanged = `${packagedProgram}/davylamp agent package-changed || true`
const beforeRemoval = `${packagedProgram}/davylamp agent before-removal || true`

/** The scripts of a Debian package (deb-postinst(5) and its neighbours); what they are called with: Debian Policy 6.5. */
export const debianScripts = {
  preinst: `#!/bin/sh
set -e
# A program of an archive has its own unit, which goes before the one of this package.
if [ "$1" = install ] && [ -e /etc/systemd/system/${unitName} ]; then
  echo "davylamp: /etc/systemd/system/${unitName} starts another copy of the program and stays." >&2
  echo "davylamp: to have the one of this package started: davylamp agent install" >&2
fi
exit 0
`,
  postinst: `#!/bin/sh
set -e
case "$1" in
  configure|abort-upgrade|abort-deconfigure|abort-remove)
    deb-systemd-helper unmask ${unitName} >/dev/null || true
    if deb-systemd-helper --quiet was-enabled ${unitName}; then
      deb-systemd-helper enable ${unitName} >/dev/null || true
    else
      deb-systemd-helper update-state ${unitName} >/dev/null || true
    fi
    ${packageChanged}
    if [ -d /run/systemd/system ]; then
      systemctl --system daemon-reload >/dev/null || true
      deb-systemd-invoke start ${unitName} >/dev/null || true
    fi
    ;;
esac
exit 0
`,
  prerm: `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop ${unitName} >/dev/null || true
fi
if [ "$1" = remove ]; then
  ${beforeRemoval}
fi
${removeCache}
exit 0
`,
  postrm: `#!/bin/sh
set -e
if [ "$1" = remove ] || [ "$1" = purge ]; then
  # An owner who disabled the service will find it disabled when the package comes back.
  if [ "$1" = purge ] || deb-systemd-helper --quiet was-enabled ${unitName}; then
    deb-systemd-helper purge ${unitName} >/dev/null || true
  fi
  if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
  fi
fi
if [ "$1" = purge ]; then
  rm -rf ${defaultState} ${defaultConfig.slice(0, defaultConfig.lastIndexOf('/'))}
fi
exit 0
`,
} as const

const marker = '/run/davylamp-agent.was-active'

/** The scripts of an RPM package. What they are called with is the number of versions that will be there afterwards. */
export const rpmScripts = {
  prein: `if [ "$1" -gt 1 ] && [ -d /run/systemd/system ] && systemctl is-active --quiet ${unitName}; then
  : > ${marker}
  systemctl stop ${unitName} || :
fi
exit 0
`,
  postin: `${packageChanged}
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload >/dev/null 2>&1 || :
fi
if [ "$1" -eq 1 ] && command -v systemctl >/dev/null 2>&1; then
  # Whether services of packages are enabled is for the distribution to say (systemd.preset(5)).
  systemctl --no-reload preset ${unitName} >/dev/null 2>&1 || :
fi
exit 0
`,
  preun: `if [ "$1" -eq 0 ]; then
  if command -v systemctl >/dev/null 2>&1; then
    systemctl --no-reload disable ${unitName} >/dev/null 2>&1 || :
  fi
  if [ -d /run/systemd/system ]; then
    systemctl stop ${unitName} >/dev/null 2>&1 || :
  fi
  ${beforeRemoval}
fi
${removeCache}
exit 0
`,
  postun: `if [ -d /run/systemd/system ]; then
  systemctl daemon-reload >/dev/null 2>&1 || :
fi
exit 0
`,
  posttrans: `if [ -e ${marker} ]; then
  rm -f ${marker}
  systemctl start ${unitName} || :
fi
exit 0
`,
} as const
