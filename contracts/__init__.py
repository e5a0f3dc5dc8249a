"""What crosses a boundary between programs, or between a program and the stack that deploys it.

Stacks, services and functions import this package; it imports none of them.
"""
