#!/bin/sh
# How the CDK's kernel is run, for a process that lives ten seconds and gives the same bytes each time.
#
# The template validator is WebAssembly. V8 compiles what is used often once more, to be faster later: on
# helper threads over and over, and in its optimising compiler, for longer than the work itself takes.
#
# The CDK numbers its tokens from a random digit on, so that nobody relies on the numbers; but where it
# merges statements of policies it sorts by them (setMerge in aws-iam/lib/private/merge-statements.js),
# 10 before 9, and outputs that other stacks read are published in that order.
exec node --single-threaded --liftoff-only --random-seed=1 "$@"
