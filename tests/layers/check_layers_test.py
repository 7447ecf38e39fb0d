#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proves that check_layers.py can fail: one small tree per rule, judged by the real table."""

import pathlib
import tempfile
import unittest

from check_layers import Layers, check

TABLE = pathlib.Path(__file__).with_name("layers.txt")


class CheckLayers(unittest.TestCase):
    def found_in(self, header, text):
        with tempfile.TemporaryDirectory() as root:
            path = pathlib.Path(root, header)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            return check(root, TABLE)[1]

    def accepts(self, header, text):
        self.assertEqual(self.found_in(header, text), [])

    def rejects(self, header, text, sentence):
        found = self.found_in(header, text)
        self.assertEqual(len(found), 1, found)
        self.assertIn(sentence, found[0])

    def test_downwards_and_within_a_room(self):
        self.accepts("span/span.hpp", '#include <sonde/span/site.hpp>\n#include "sonde/meta/text.hpp"\n#include <atomic>\n')
        self.accepts("meta/text.hpp", "#include <sonde/config.hpp>\n")

    def test_upwards(self):
        self.rejects("span/span.hpp", "\n#include <sonde/pipeline/batch.hpp>\n", "span.hpp:2: span may not include")
        self.rejects("span/span.hpp", '# include "sonde/pipeline/batch.hpp"\n', "span may not include")
        self.rejects("sonde.hpp", "#include <sonde/log.hpp>\n", "sonde.hpp may not include <sonde/log.hpp>")

    def test_room_and_entry_header_of_one_name_differ(self):
        self.accepts("log.hpp", "#include <sonde/log/logger.hpp>\n")
        self.rejects("span/span.hpp", "#include <sonde/log.hpp>\n", "span may not include")

    def test_single_header_of_a_room(self):
        self.accepts("adapters/otlp.hpp", "#include <sonde/pipeline/exporter.hpp>\n")
        self.rejects("adapters/otlp.hpp", "#include <sonde/pipeline/collector.hpp>\n", "adapters may not include")

    def test_exception(self):
        self.accepts("encoding/json.hpp", "#include <sonde/meta/text.hpp>\n")
        self.rejects("encoding/json.hpp", "#include <sonde/meta/type_name.hpp>\n", "encoding may not include")
        with self.assertRaisesRegex(SystemExit, "needs its reason"):
            Layers("except encoding -> meta/text.hpp\n")

    def test_adapters_are_apart(self):
        self.accepts("adapters/otlp.hpp", "#include <sonde/adapters/otlp/traces.hpp>\n")
        self.rejects("adapters/otlp/traces.hpp", "#include <sonde/adapters/file.hpp>\n", "adapters are apart")

    def test_relative_include(self):
        self.rejects("span/span.hpp", '#include "site.hpp"\n', "is relative")

    def test_unknown_room(self):
        self.rejects("utils/stuff.hpp", "", "'utils' has no line in layers.txt")

    def test_condition_on_a_flag(self):
        self.accepts("config.hpp", "#if SONDE_ENABLED\n#endif\n")
        self.accepts("span/span.hpp", "#if __has_include(<version>)\n#endif\n// #if SONDE_ENABLED\n")
        self.rejects("span/span.hpp", "#if defined(X) && \\\n    !SONDE_ENABLED\n#endif\n", "#if on a flag")
        self.rejects("span/span.hpp", "#ifdef SONDE_MIN_LEVEL\n#endif\n", "#if on a flag")
        self.rejects("span/span.hpp", "#if 0\n#elif SONDE_CAPTURE_LOCATION\n#endif\n", "#if on a flag")


if __name__ == "__main__":
    unittest.main()
