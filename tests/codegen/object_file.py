# SPDX-License-Identifier: MIT
"""Reads an object file (ELF, 64-bit, little-endian) into named parts to compare: sections with their relocations, the unwinding
table by function, symbols. Used by check_pairs.py.

What compilers number throughout a file is normalised: local symbols such as `CSWTCH.12`, and where a text lies in a table of
texts. Everything else counts. Source: System V ABI, "Object Files"; Linux Standard Base, "Exception Frames"."""

import collections
import re
import struct
import subprocess

PROGBITS, SYMTAB, STRTAB, RELA, NOBITS, GROUP = 1, 2, 3, 4, 8, 17
EXECUTABLE, MERGED_STRINGS = 0x4, 0x30
RELOCATIONS = {1: "64", 2: "PC32", 4: "PLT32", 9: "GOTPCREL", 10: "32", 11: "32S", 19: "TLSGD", 20: "TLSLD", 21: "DTPOFF32",
               22: "GOTTPOFF", 23: "TPOFF32", 24: "PC64", 41: "GOTPCRELX", 42: "REX_GOTPCRELX"}
BINDINGS = {0: "local", 1: "global", 2: "weak", 10: "unique"}
VISIBILITIES = {0: "", 1: " internal", 2: " hidden", 3: " protected"}
LOCAL, SECTION_SYMBOL, FILE_SYMBOL = 0, 3, 4
UNDEFINED, ABSOLUTE, COMMON = 0, 0xFFF1, 0xFFF2

IGNORED = (".comment", ".llvm_addrsig")  # the compiler's name; the numbers of all symbols whose address matters

Section = collections.namedtuple("Section", "name type flags offset size link info align entry")
Symbol = collections.namedtuple("Symbol", "name info other section value size")


def numberless(name):
    return re.sub(r"(?:\d(?=\$_))?((?<!\.str1)\.|\$_|^GCC_except_table)\d+(?=\D|$)", r"\1N", name)


def text_at(data, offset):
    return data[offset:data.index(b"\0", offset)].decode()


class ObjectFile:
    def __init__(self, path):
        self.path, self.data = path, path.read_bytes()
        start, = struct.unpack_from("<Q", self.data, 40)
        count, names = struct.unpack_from("<HH", self.data, 60)
        raw = [struct.unpack_from("<IIQQQQIIQQ", self.data, start + 64 * i) for i in range(count)]
        self.sections = [Section(text_at(self.data, raw[names][4] + each[0]), each[1], each[2], *each[4:]) for each in raw]
        self.symbols, self.relocations = [], collections.defaultdict(list)
        for each in self.sections:
            if each.type == SYMTAB:
                self.symbols = list(self._symbols(each))
        for each in self.sections:
            if each.type == RELA:
                self.relocations[each.info] = list(self._relocations(each))

    def parts(self):
        """By name, what this file consists of: lines that differ if and only if the files do."""
        found = collections.defaultdict(list)
        for index, section in enumerate(self.sections):
            if index == 0 or section.type in (SYMTAB, STRTAB, RELA) or section.name in IGNORED:
                continue
            if section.name == ".eh_frame":
                for function, lines in self._frames(index):
                    found[f".eh_frame of {function}"].append(lines)
            elif section.type == GROUP:
                found[f"group {self.symbols[section.info].name}"].append(self._group(section))
            elif not section.flags & MERGED_STRINGS == MERGED_STRINGS:
                found[numberless(section.name)].append([self._heading(section), *self._content(index)])
            else:  # in any order: tables of texts
                found[section.name].append([self._heading(section), *sorted(map(repr, self._bytes(section).split(b"\0")))])
        found["symbols"].append(sorted(self._described(each) for each in self.symbols
                                       if each.name and each.info & 15 not in (SECTION_SYMBOL, FILE_SYMBOL)
                                       and not re.match(r"\.L(C\d|\.str)", each.name)))
        return {name: sorted(contents) for name, contents in found.items()}

    def disassembly(self):
        """By section its code, with what it calls, as people read it."""
        printed = subprocess.run(["objdump", "-drC", "--no-show-raw-insn", str(self.path)], stdout=subprocess.PIPE, text=True,
                                 check=True).stdout
        found = collections.defaultdict(list)
        for line in printed.splitlines():
            if heading := re.match(r"Disassembly of section (.*):$", line):
                lines = found[numberless(heading[1])]
            elif re.match(r"\s+[0-9a-f]+:", line):
                lines.append(re.sub(r"^(\s+)[0-9a-f]+:\s+", r"\1", line).replace("\t", "  "))
        return found

    def _symbols(self, table):
        texts = self.sections[table.link].offset
        for at in range(table.offset, table.offset + table.size, 24):
            name, info, other, section, value, size = struct.unpack_from("<IBBHQQ", self.data, at)
            yield Symbol(text_at(self.data, texts + name), info, other, section, value, size)

    def _relocations(self, table):
        for at in range(table.offset, table.offset + table.size, 24):
            offset, info, addend = struct.unpack_from("<QQq", self.data, at)
            kind = RELOCATIONS.get(info & 0xFFFFFFFF, str(info & 0xFFFFFFFF))
            yield offset, kind, self._target(kind, self.symbols[info >> 32], addend)

    def _target(self, kind, symbol, addend):
        """What a relocation points to; a text as such, wherever it lies."""
        section = self.sections[symbol.section] if symbol.section < len(self.sections) else None
        if section and symbol.info >> 4 == LOCAL and section.flags & MERGED_STRINGS == MERGED_STRINGS:
            at = section.offset + symbol.value + addend + (4 if kind == "PC32" else 0)  # counted from the instruction's end
            return f"{section.name} {self.data[at:self.data.index(0, at)]!r}"
        if symbol.info & 15 == SECTION_SYMBOL:
            return f"{numberless(section.name)}{addend:+d}"
        return f"{self._name(symbol)}{addend:+d}"

    @staticmethod
    def _name(symbol):
        return numberless(symbol.name) if symbol.info >> 4 == LOCAL else symbol.name

    def _bytes(self, section):
        return b"" if section.type == NOBITS else self.data[section.offset:section.offset + section.size]

    @staticmethod
    def _heading(section):
        return f"type {section.type}, flags {section.flags:#x}, size {section.size}, alignment {section.align}"

    def _described(self, symbol):
        places = {UNDEFINED: "undefined", ABSOLUTE: "absolute", COMMON: "common"}
        place = places.get(symbol.section) or numberless(self.sections[symbol.section].name)
        binding = f"{BINDINGS.get(symbol.info >> 4, symbol.info >> 4)}{VISIBILITIES[symbol.other & 3]}"
        return f"{binding} {self._name(symbol)} in {place}, type {symbol.info & 15}, size {symbol.size}"

    def _group(self, section):
        flags, *members = struct.unpack_from(f"<{section.size // 4}I", self.data, section.offset)
        names = sorted(numberless(self.sections[each].name) for each in members if self.sections[each].type != RELA)
        return [f"flags {flags}, {', '.join(names)}"]

    def _content(self, index):
        content = self._bytes(self.sections[index])
        lines = [f"{at:6x}: {content[at:at + 16].hex(' ')}" for at in range(0, len(content), 16)]
        return lines + [f"{at:6x}: {kind} {target}" for at, kind, target in self.relocations[index]]

    def _frames(self, index):
        """The entries of .eh_frame, each with the common part it refers to, by the function whose frame it describes."""
        section, at = self.sections[index], 0
        content, targets, common = self._bytes(section), {each[0]: each[1:] for each in self.relocations[index]}, {}
        while at + 4 <= len(content):
            size, = struct.unpack_from("<I", content, at)
            if size == 0:
                break
            pointer, = struct.unpack_from("<I", content, at + 4)
            lines = [content[at + 8:at + 4 + size].rstrip(b"\0").hex(" ")]  # padded up to the next entry
            lines += [f"{place - at:x}: {' '.join(targets[place])}" for place in range(at, at + 4 + size) if place in targets]
            if pointer == 0:
                common[at] = lines
            else:
                kind, function = targets[at + 8]
                yield re.sub(r"[+-]\d+$", "", function), lines + common[at + 4 - pointer]
            at += 4 + size

