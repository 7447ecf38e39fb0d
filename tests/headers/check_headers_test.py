#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proves that check_headers.py can fail, and that chains find what compiling one by one finds. Takes the compiler from CXX."""

import os
import pathlib
import tempfile
import unittest

from check_headers import chains_of, check, includes_of, read_tree

COMPILER = [os.environ.get("CXX", "c++"), "-std=c++20", "-Wall", "-Werror"]
ONCE = "#pragma once\n"


class CheckHeaders(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def write(self, **headers):
        for name, text in headers.items():
            (self.root / f"{name}.hpp").write_text(ONCE + text)

    def failed(self, one_by_one=False):
        _, _, complaints = check(self.root, [*COMPILER, f"-I{self.root}"], one_by_one)
        return sorted(complaints)

    def both_find(self, *headers):
        self.assertEqual(self.failed(one_by_one=True), sorted(headers))
        self.assertEqual(self.failed(), sorted(headers))

    def test_sound_tree(self):
        self.write(a="struct a {};\n", b="#include <a.hpp>\na f();\n", c="#include <b.hpp>\na g();\n",
                   d="#include <a.hpp>\na h();\n")
        self.both_find()
        self.assertEqual(len(chains_of(read_tree(self.root))), 2)

    def test_misses_what_another_header_brought(self):
        # b needs a and says so only through the header that includes both.
        self.write(a="struct a {};\n", b="a f();\n", c="#include <a.hpp>\n#include <b.hpp>\na g();\n")
        self.both_find("b.hpp")

    def test_misses_a_standard_header_that_another_brought(self):
        self.write(a="#include <string>\nstd::string f();\n", b="std::string g();\n", c="#include <a.hpp>\n#include <b.hpp>\n")
        self.both_find("b.hpp")

    def test_include_after_the_code_or_under_a_condition_is_no_chain(self):
        self.write(a="struct a {};\n", b="a f();\n#include <a.hpp>\n", c="#if 0\n#include <a.hpp>\n#endif\na g();\n")
        self.both_find("b.hpp", "c.hpp")
        self.assertEqual(len(chains_of(read_tree(self.root))), 3)

    def test_twice_in_one_file(self):
        (self.root / "a.hpp").write_text("struct a {};\n")  # not #pragma once
        self.write(b="#include <a.hpp>\n")
        self.assertEqual(self.failed(), ["a.hpp, b.hpp"])

    def test_chains_hold_every_header_once_and_in_order(self):
        self.write(a="", b="#include <a.hpp>\n", c="#include <a.hpp>\n", d="#include <b.hpp>\n#include <c.hpp>\n",
                   e="#include <d.hpp>\n", f="#include <a.hpp>\n", g="")
        below = read_tree(self.root)
        chains = chains_of(below)
        self.assertEqual(sorted(header for chain in chains for header in chain), sorted(below))
        for chain in chains:
            for lower, upper in zip(chain, chain[1:]):
                self.assertIn(lower, below[upper])
        self.assertEqual(len(chains), 4)  # b, c, f, g: none includes another

    def test_includes(self):
        text = ('// x\n#pragma once\n\n#include <a.hpp>\n  # include "b.hpp" // y\n#ifndef X\n#include <c.hpp>\n#endif\n'
                "#include <d.hpp>\n/* */\n#include <e.hpp>\n")
        self.assertEqual(includes_of(text), {"a.hpp", "b.hpp", "d.hpp"})

    def test_circle(self):
        self.write(a="#include <b.hpp>\n", b="#include <a.hpp>\n")
        with self.assertRaisesRegex(SystemExit, "include one another: a.hpp -> b.hpp -> a.hpp"):
            read_tree(self.root)


if __name__ == "__main__":
    unittest.main()
