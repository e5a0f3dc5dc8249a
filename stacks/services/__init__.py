"""One stack for each deployable program."""
