#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Proves that check_pairs.py and check_names.py see what they look for: one stray thing at a time is added to a pair, and must be
reported with the pair, the level, the section and the first lines that differ. Takes the compiler from CXX."""

import os
import pathlib
import re
import tempfile
import unittest

import check_names
import check_pairs
from object_file import numberless

COMMAND = [os.environ.get("CXX", "c++"), "-std=c++20"]
IS_CLANG = check_pairs.is_clang(COMMAND[0])
SAME = """
int work(int);
int& counter();
struct guard { guard() noexcept; ~guard(); };
namespace sample {
%s
int untouched(int n) { return work(n) + 2; }
int value(int n) {
  %s
  return work(n) + 1;
}
}
"""


class CheckPairs(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def report(self, at_namespace="", in_function="", by_hand="", folder="pairs", head="", level="-O2", body=SAME):
        file = self.root / folder / "sample.cpp"
        file.parent.mkdir(exist_ok=True)

        def only(instrumented, stripped=""):
            return f"\n#ifndef STRIPPED\n{instrumented}\n#else\n{stripped}\n#endif\n"

        file.write_text(head + body % (only(at_namespace), only(in_function, by_hand)))
        batch, = check_pairs.batches_of(self.root)
        return "\n".join(check_pairs.complaints_about(batch, COMMAND, level))

    def sees(self, report, function, section, *lines):
        compiler = pathlib.Path(COMMAND[0]).name
        where = rf"FAILED pairs/(sample.cpp|\*): [^\n]*{function}[^\n]*: {re.escape(compiler)} -O2 [^\n]*, {re.escape(section)}(\.str1\.1)?\n"
        self.assertRegex(report, where)
        for line in lines:
            self.assertRegex(report, rf"\n    \+[^\n]*{line}")
        self.assertNotRegex(report, r"FAILED [^\n]*untouched")

    def test_nothing_where_nothing_differs(self):
        self.assertEqual(self.report(), "")
        self.assertEqual(self.report(in_function="struct empty {} guard; (void)guard;"), "")

    def test_one_instruction(self):
        self.sees(self.report(in_function='asm volatile("nop");'), r"sample::value\(int\)", ".text", "nop")

    def test_store_to_a_global(self):
        report = self.report("int left;", "left = 1;")
        self.sees(report, r"sample::value\(int\)", ".text", "mov.*0x1,")
        self.assertRegex(report, r"FAILED [^\n]*sample::left[^\n]*, \.bss\n")

    def test_call(self):
        self.sees(self.report(in_function="counter();"), r"sample::value\(int\)", ".text", r"counter\(\)")

    def test_another_function_called_by_the_same_instruction(self):
        report = self.report("int other(int);", "return other(n) + 1;")
        self.sees(report, r"sample::value\(int\)", ".text", r"sample::other\(int\)")

    def test_undefined_symbol(self):
        self.assertRegex(self.report(in_function="counter();"), r"\+global counter\(\) in undefined")

    def test_thread_local(self):
        report = self.report("thread_local int left;", "left = n;")
        self.sees(report, r"sample::value\(int\)", ".text", "%fs:")
        self.assertRegex(report, r"FAILED [^\n]*sample::left[^\n]*, \.tbss\n")

    def test_constant_that_nothing_uses(self):
        report = self.report('extern const char left[]; const char left[] = "sonde";')
        self.sees(report, "sample::left", ".rodata", "73 6f 6e 64 65")

    def test_text(self):
        report = self.report("void take(const char*);", 'take("stray");')
        self.sees(report, "", ".rodata", "stray")

    def test_another_text_in_its_place(self):
        declared = "void take(const char*);"
        report = self.report(in_function=f'{declared} take("after");', by_hand=f'{declared} take("prior");')
        self.sees(report, "", ".rodata", "after")

    def test_static_initialiser(self):
        report = self.report("int started = work(3);")
        self.assertRegex(report, r"FAILED [^\n]*, \.init_array\n")
        self.assertRegex(report, r"FAILED [^\n]*\.text\.startup")

    def test_try_block(self):
        report = self.report(in_function="try { work(7); } catch (...) { return 0; }")
        self.sees(report, r"sample::value\(int\)", ".gcc_except_table")
        self.sees(report, r"sample::value\(int\)", ".eh_frame", "gcc_except_table")
        self.assertRegex(report, r"\+global __cxa_begin_catch in undefined")

    def test_object_to_destroy(self):
        self.sees(self.report(in_function="guard left;"), r"sample::value\(int\)", ".text", r"guard::~guard\(\)")

    def test_only_the_exception_table(self):
        """The same instructions: whether what leaves the function may is said in its tables alone."""
        body = SAME.replace("int value(int n) {", "#ifndef STRIPPED\n#define QUIET noexcept\n#else\n#define QUIET\n#endif\n"
                                                  "int value(int n) QUIET {")
        self.sees(self.report(body=body), r"sample::value\(int\)", ".eh_frame")

    def test_larger_frame(self):
        self.sees(self.report(in_function="volatile int left; left = n;"), r"sample::value\(int\)", ".text", r"\(%rsp\)")

    def test_section(self):
        self.assertRegex(self.report('[[gnu::used, gnu::section("notes")]] static const int left = 1;'), r"FAILED [^\n]*notes")

    def test_numbers_of_local_symbols_do_not_count(self):
        for one, other in (("CSWTCH.12", "CSWTCH.7"), ("GCC_except_table1", "GCC_except_table20"),
                           ("_ZZ1fiE3$_9", "_ZZ1fiE4$_10")):
            self.assertEqual(numberless(one), numberless(other))
        for one, other in ((".rodata.str1.1", ".rodata.str1.8"), ("_Z1fi", "_Z2fi"), (".text._Z1f3aaa", ".text._Z1f4aaa")):
            self.assertNotEqual(numberless(one), numberless(other))

    def test_order_of_instructions_counts_but_in_reordered(self):
        swapped = {"in_function": "counter() = n; work(3);", "by_hand": "work(3); counter() = n;"}
        self.sees(self.report(**swapped), r"sample::value\(int\)", ".text")
        (self.root / "pairs" / "sample.cpp").unlink()
        exchanged = {"in_function": 'asm volatile("inc %0\\n\\tneg %0" : "+r"(n));',
                     "by_hand": 'asm volatile("neg %0\\n\\tinc %0" : "+r"(n));'}
        self.assertEqual(self.report(folder="reordered", **exchanged), "")
        self.assertRegex(self.report(folder="reordered", in_function='asm volatile("nop; neg %0" : "+r"(n));',
                                     by_hand='asm volatile("inc %0" : "+r"(n));'), r"\n    \+neg")

    def test_what_must_differ(self):
        def missing(pattern, code):
            return self.report(folder="differing", head=f"// differs: {pattern}\n", in_function=code)

        self.assertEqual(missing(r".text counter\(\)", "counter();"), "")
        self.assertIn("must differ in .text", missing(r".text counter\(\)", ""))
        self.assertIn("must differ in .text", missing(r".text counter\(\)", "work(3);"))
        this, other = ("clang", "gcc") if IS_CLANG else ("gcc", "clang")
        self.assertEqual(missing(rf"{this} .text counter\(\)", "counter();"), "")
        self.assertRegex(missing(rf"{other} .text counter\(\)", "counter();"), r"\n    \+.*counter")
        self.assertEqual(missing(rf"{other} .text counter\(\)", ""), "")

    def test_without_optimisation_a_copy_more_but_no_call(self):
        self.assertEqual(self.report(in_function="const int copied = n; (void)copied;", level="-O0"), "")
        self.assertRegex(self.report(in_function="counter();", level="-O0"), r"-O0 [^\n]*, \.text\n    \+ counter\(\)")

    def test_pairs_that_hold_without_optimisation(self):
        self.addCleanup(setattr, check_pairs, "HOLD_AT_O0", check_pairs.HOLD_AT_O0)
        check_pairs.HOLD_AT_O0 = ("sample::value",)
        self.assertEqual(self.report(level="-O0"), "")
        self.assertRegex(self.report(in_function="const int copied = n; (void)copied;", level="-O0"), r"sample::value[^\n]*-O0")

    def test_what_does_not_compile(self):
        self.assertIn("the instrumented form does not compile", self.report("error"))

    def test_each_minimum_level(self):
        file = self.root / "min_level" / "sample.cpp"
        file.parent.mkdir()
        file.write_text("int value() {\n#ifndef STRIPPED\n  if (SONDE_MIN_LEVEL == 4) return 1;\n#endif\n  return 0;\n}\n")
        batches = check_pairs.batches_of(self.root)
        self.assertEqual([batch.flags for batch in batches if check_pairs.complaints_about(batch, COMMAND, "-O1")],
                         [["-DSONDE_MIN_LEVEL=4"]])


class CheckNames(unittest.TestCase):
    HEADER = """
inline namespace SONDE_ABI {
struct [[maybe_unused]] idle_thing {
  [[gnu::always_inline]] constexpr void do_it() const noexcept {}
};
namespace log {
inline constexpr writer<level::info> info;
}  // namespace log
template <class Value>
[[nodiscard]] constexpr auto open(Value&& value, here<> at = here<>::captured()) {
}
using thing = std::conditional_t<enabled, live_thing, idle_thing>;
}  // namespace SONDE_ABI
#define SONDE_MACRO(...) x
"""

    def complaints(self, pairs, unpaired=()):
        with tempfile.TemporaryDirectory() as directory:
            (pathlib.Path(directory) / "a.hpp").write_text(self.HEADER)
            return sorted(check_names.check(pathlib.Path(directory), pairs, unpaired))

    def test_all_used(self):
        pairs = ["sonde::thing t; t.do_it();", "sonde::log::info(1); sonde::open(2); SONDE_MACRO(3);"]
        self.assertEqual(self.complaints(pairs), [])

    def test_each_one_missing(self):
        missing = [".do_it", "SONDE_MACRO", "sonde::log::info", "sonde::open", "sonde::thing"]
        self.assertEqual(self.complaints(['// sonde::thing, "sonde::open"']),
                         [f"a.hpp: {name} is in no pair, nor in unpaired.txt" for name in missing])

    def test_unpaired(self):
        used = ["sonde::thing t; t.do_it(); sonde::log::info(1); SONDE_MACRO(3);"]
        self.assertEqual(self.complaints(used, ["a.hpp open : a reason"]), [])
        self.assertEqual(self.complaints(used, ["a.hpp : a reason"]), [])
        self.assertEqual(self.complaints(used, ["a.hpp open : a reason", "b.hpp : another"]), ["unpaired.txt: there is no b.hpp"])
        self.assertEqual(len(self.complaints(used, ["a.hpp open"])), 1)


if __name__ == "__main__":
    unittest.main()
