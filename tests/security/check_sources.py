#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What sonde's headers and examples never do, whatever they are told: see RULES. Usage: check_sources.py <source directory>

Comments and texts are not looked at. The rules are first tried on lines that break them."""

import pathlib
import re
import sys

# What a line may not have, where it may nevertheless, why, and a line that breaks it.
RULES = [
    (r"(?<![\w.>])(system|popen|exec[lv]p?e?|execvpe|fexecve|execveat|posix_spawnp?|wordexp|v?fork)\s*\(", {},
     "starts a program", "std::system(command);"),
    (r"(?<![\w.>])(gets|strcpy|stpcpy|strcat|v?sprintf|v?sscanf|strtok|alloca)\s*\(", {},
     "writes without knowing where its memory ends", "strcpy(to, from);"),
    (r"(?<![\w.>])(tmpnam|tempnam|mktemp|tmpfile)\s*\(", {}, "makes a file of a name that others can guess", "mktemp(name);"),
    (r"\bO_CREAT\b", {"transport/file_writer.hpp": "0600, and nothing of others in a directory of everybody",
                      "adapters/xray/plugins/lambda.hpp": "the empty file that AWS Lambda looks for, read by its own processes"},
     "creates a file beside transport/file_writer.hpp, which sees to its mode", "open(path, O_CREAT);"),
    (r"\b(ofstream|fopen|freopen|creat|mkstemp|shm_open)\b", {}, "creates a file beside transport/file_writer.hpp", "std::ofstream out;"),
    (r"\b(ifstream|fstream|istreambuf_iterator|getline)\b", {},
     "reads a file beside aws/small_file.hpp and resource/system_file.hpp, which know an end and wait for no pipe", "std::ifstream in;"),
    (r"SSL_VERIFY(PEER|HOST)\s*,\s*(0|false)|FOLLOWLOCATION\s*,\s*(1|true)|UNRESTRICTED_AUTH|ACCEPT_ENCODING|COOKIEFILE|_NETRC\b",
     {}, "takes a guard of libcurl's away", "set(CURLOPT_SSL_VERIFYPEER, 0L);"),
]
CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((?:.*?)\)"|"(?:\\.|[^"\\\n])*"|(?P<newline>\n)', re.DOTALL)


def code_of(text):
    """The lines, without what stands in comments and between quotes."""
    return CODE.sub(lambda found: found[0] if found["newline"] else '""' + "\n" * found[0].count("\n"), text).split("\n")


def broken_rules(name, text):
    for number, line in enumerate(code_of(text), 1):
        for pattern, exceptions, why, _ in RULES:
            if re.search(pattern, line) and not any(name.endswith(each) for each in exceptions):
                yield f"{name}:{number}: {why}: {line.strip()}"


def main():
    tree = pathlib.Path(sys.argv[1])
    for _, _, why, example in RULES:
        if len(list(broken_rules("example.hpp", f"// {example}\n{example}\n"))) != 1:
            raise SystemExit(f"the rule against what {why} does not see `{example}`")
    files = [*sorted(tree.glob("include/sonde/**/*.hpp")), *sorted(tree.glob("examples/**/*.[ch]pp"))]
    found = [each for file in files for each in broken_rules(file.relative_to(tree).as_posix(), file.read_text())]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(files)} files, {len(found)} findings")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
