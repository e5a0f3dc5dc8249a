#!/bin/sh
# Runs the CDK's kernel without V8's helper threads: they recompile the template validator, which is
# WebAssembly, over and over while it works, for more processor time than the work itself takes.
exec node --single-threaded "$@"
