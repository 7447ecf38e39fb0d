#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a program knows when it is compiled is encoded then: looks for the bytes in an object file, and for encoders.

Usage: check_encoded.py <directory> <compiler> <flag or @file of flags>...

<directory>/encoded/service.cpp is compiled with instrumentation on. Its read-only sections must hold the OTLP protobuf
fields and the JSON text of all names, keys and places (computed here, by the rules of protobuf.dev and of RFC 8259), and no
encoder may be among the object's symbols, neither defined nor called; nor where nothing is inlined (-O0).
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from check_pairs import expanded


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number, content):
    """A length-delimited protobuf field, or a varint field where the content is a number."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def attribute(key, any_value):
    return field(9, field(1, key) + field(2, any_value))  # Span.attributes: KeyValue{key = 1, value = 2}


def place_protobuf(path, line, function):  # AnyValue: string_value = 1, int_value = 3
    return (attribute("code.file.path", field(1, path)) + attribute("code.line.number", field(3, line)) +
            attribute("code.function.name", field(1, function)))


def place_json(path, line, function):
    pairs = [{"key": "code.file.path", "value": {"stringValue": path}},
             {"key": "code.line.number", "value": {"intValue": str(line)}},
             {"key": "code.function.name", "value": {"stringValue": function}}]
    return ",".join(json.dumps(pair, separators=(",", ":"), ensure_ascii=False) for pair in pairs).encode()


PLACE = ("src/home/activities.cpp", 4321, "in_macro_form")
NAME = 'mock "data"\n'
EXPECTED = {
    "Span.name": field(5, NAME),
    "Span.name, macro form": field(5, "placed"),
    "KeyValue.key of an attribute": field(1, "app.now"),
    "KeyValue.key of an annotation": field(1, "handle"),
    "KeyValue.key of metadata": field(1, "results"),
    "KeyValue.key in an event": field(1, "cache.name"),
    "Event.name": field(2, "cache\\miss"),
    "scope name": b"home.activities\0",
    "scope version": b"1.2.3\0",
    "metadata namespace": b"user_activities\0",
    "place as Span.attributes": place_protobuf(*PLACE),
    "name in JSON": json.dumps(NAME)[1:-1].encode(),
    "event name in JSON": json.dumps("cache\\miss")[1:-1].encode(),
    "place in JSON": place_json(*PLACE),
}
ENCODERS = re.compile(r"sonde::encoding::(?!field_bytes<|json_escaped<)")  # those two are the constants themselves


def output_of(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout


def read_only_bytes(path):
    """The contents of all sections that are read-only once the program runs."""
    contents = b""
    for line in output_of(["readelf", "-SW", str(path)]).splitlines():
        if found := re.match(r" +\[ *\d+\] \.(?:rodata|data\.rel\.ro)\S* +PROGBITS +\S+ (\S+) (\S+) ", line):
            start, size = int(found[1], 16), int(found[2], 16)
            contents += path.read_bytes()[start:start + size] + b"\xff"
    return contents


def complaints_about(source, compiler, flags):
    with tempfile.TemporaryDirectory() as scratch:
        made = pathlib.Path(scratch) / "service.o"
        for level in ("-O0", "-O2"):
            output_of([compiler, *flags, level, "-c", str(source), "-o", str(made)])
            for symbol in output_of(["nm", "-C", str(made)]).splitlines():
                if ENCODERS.search(symbol):
                    yield f"{level}: an encoder is in the object file: {symbol}"
        held = read_only_bytes(made)
        for what, encoded in EXPECTED.items():
            if encoded not in held:
                yield f"{what} is not in read-only data: {encoded!r}"


def main():
    directory, compiler, *flags = sys.argv[1:]
    complaints = list(complaints_about(pathlib.Path(directory) / "encoded" / "service.cpp", compiler, expanded(flags)))
    print(*complaints, f"{pathlib.Path(compiler).name}: {len(EXPECTED)} encoded texts, {len(complaints)} complaints", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
