"""Becomes the program of a container; run as a script: SIGNAL PARENT USER PROGRAM ARGUMENT…

SIGNAL is what the program gets when the control plane dies. USER is who the program runs as, or
``-`` for whoever runs this. A script, because between ``fork`` and ``exec`` of a process with many
threads no Python code may run.
"""

import ctypes
import os
import pwd
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, *arguments: int) -> None:
    padded = [*arguments, 0, 0, 0, 0][:4]
    if _libc.prctl(option, *map(ctypes.c_ulong, padded)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


def _become(user: str) -> None:
    """Change to another user, who keeps root's way through folders where the system allows it.

    The machine's folder may lie below one that only root may enter, such as ``/root``; opening
    that to everybody would be worse than CAP_DAC_OVERRIDE for this one program.
    """
    entry = pwd.getpwnam(user)
    try:
        # Neither setuid nor access(2) takes capabilities away (capabilities(7), securebits).
        _prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)
        keeps = True
    except PermissionError:
        keeps = False
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    if keeps:
        _keep_only_the_way_through_folders()


def _keep_only_the_way_through_folders() -> None:
    mask = 1 << _CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # Twice effective, permitted, inheritable: capabilities 0–31, then 32–63 (capset(2)).
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if _libc.capset(header, data) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"capset: {os.strerror(number)}")
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE)


def main() -> None:
    """Never returns when all goes well."""
    death_signal, parent, user, *command = sys.argv[1:]
    if user != "-":
        _become(user)
    # After the change of user, which takes it back (prctl(2), PR_SET_PDEATHSIG).
    _prctl(_PR_SET_PDEATHSIG, int(death_signal))
    if os.getppid() != int(parent):
        sys.exit("the control plane died meanwhile")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and programs inherit that
    try:
        os.execvp(command[0], command)  # noqa: S606 — the deployed command
    except OSError as error:
        # As a shell and Docker answer for a program that cannot be run.
        print(f"exec {command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 — the container's log
        sys.exit(127 if isinstance(error, FileNotFoundError) else 126)


if __name__ == "__main__":
    main()
