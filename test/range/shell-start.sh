# Read by the shell of `npm run range` instead of the host's own start files.
davylamp() { DAVYLAMP_CALLED_AS=davylamp /run/davylamp-checkout/davylamp "$@"; }
PS1='\[\e[1;33m\]range\[\e[0m\] root@\h:\w# '
HISTFILE=
