import { cannotStart, fixedVariables, keptVariables, mainFile, runtimeFlags, runtimeFolder } from './launch-settings.ts'
import { loaderName } from './own-runtime.ts'

/** The program `davylamp` where there is none of our own in machine code. The host's shell runs it, with what the host preloads. */
export function launcherScript(): string {
  const kept = keptVariables.map(name => `${name}="\${${name}-}"`).join(' ')
  return `#!/bin/sh
here=$0
while [ -h "$here" ]; do
  link=$(readlink "$here")
  case $link in /*) here=$link ;; *) here=\${here%/*}/$link ;; esac
done
case $here in */*) here=\${here%/*} ;; *) here=. ;; esac
here=$(CDPATH='' cd "$here" && pwd -P) || exit ${cannotStart}
case $here in *[:\\;\\$]*)
  echo 'davylamp: its path holds one of : ; $, which a loader cannot take: move its folder' >&2
  exit ${cannotStart} ;;
esac
for file in ${runtimeFolder}/${loaderName} ${runtimeFolder}/node ${mainFile}; do
  [ -e "$here/$file" ] && continue
  echo "davylamp: missing: $here/$file" >&2
  echo 'davylamp: unpack the whole archive again' >&2
  exit ${cannotStart}
done
exec env -i ${fixedVariables.join(' ')} ${kept} DAVYLAMP_CALLED_AS="$here/davylamp" \\
  "$here/${runtimeFolder}/${loaderName}" --inhibit-cache --library-path "$here/${runtimeFolder}" \\
  "$here/${runtimeFolder}/node" ${runtimeFlags.join(' ')} "$here/${mainFile}" "$@"
`
}
