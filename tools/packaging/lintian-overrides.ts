/** What lintian(1) says of the package, and why it is so. */
export const lintianOverrides = `# The program looks at hosts whose loader and libraries may be an intruder's. So it brings all of its own,
# and its launcher has none.
davylamp: embedded-library * [usr/lib/davylamp/runtime/*]
davylamp: missing-dependency-on-libc *
davylamp: shared-library-is-executable * [usr/lib/davylamp/runtime/ld-davylamp.so]
davylamp: shared-library-lacks-prerequisites [usr/lib/davylamp/runtime/ld-davylamp.so]
davylamp: statically-linked-binary [usr/lib/davylamp/davylamp]
# As its makers publish it.
davylamp: hardening-no-pie [usr/lib/davylamp/runtime/node]
# It may hold passwords of the channels through which people are told.
davylamp: non-standard-file-perm * [etc/davylamp/agent.yml]
`
