# SPDX-License-Identifier: MIT
"""A check that itself imports packages of PyPI: it is started once more, inside a virtual environment that has them."""
import os
import subprocess
import sys

import outcome
import virtual_environment


def of(name, packages, check):
    """As outcome.of, for a check that needs `packages`, `name==version` each."""
    def check_inside():
        home, python = virtual_environment.of(*packages)
        if os.path.samefile(sys.prefix, home):
            return check()
        ended.append(subprocess.run([python, "-B", *sys.argv]).returncode)
        return []

    ended = []
    code = outcome.of(name, check_inside)
    return ended[0] if ended else code
