# SPDX-License-Identifier: MIT
"""How a check ends: with complaints it fails; without a tool that it needs it is skipped by name with the reason, and fails
where CI is set, because there the tools are expected."""
import os

SKIPPED = 77


class Unavailable(Exception):
    """A tool that the check needs is not there; says which, and what to do."""


class Failed(Exception):
    """The check cannot go on; says why."""


def of(name, check):
    """The exit code of `check`, which returns complaints or nothing."""
    try:
        complaints = check() or []
    except Unavailable as why:
        print(f"{name}: {'failed' if os.environ.get('CI') else 'skipped'}: {why}")
        return 1 if os.environ.get("CI") else SKIPPED
    except Failed as why:
        complaints = [str(why)]
    for each in complaints[:20]:
        print(f"{name}: {each}")
    if len(complaints) > 20:
        print(f"{name}: … and {len(complaints) - 20} more complaints")
    return 1 if complaints else 0
