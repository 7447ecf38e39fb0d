#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the keys and values in include/sonde/semconv with those that the Python package of OpenTelemetry's semantic
conventions has: each must exist there, not deprecated, stable where nothing else is said. Usage: check_semconv.py <checkout>

The package is installed once into a virtual environment in the user's cache. Without network or pip the test is skipped by
name; where CI is set, that is a failure.
"""
import ast
import importlib.machinery
import importlib.util
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import outcome
import virtual_environment

PACKAGE = "opentelemetry-semantic-conventions==0.66b2"


class Package:
    """What the package says, read from its source, since only that has the remarks on deprecation."""

    def __init__(self):
        import opentelemetry.semconv as package
        from opentelemetry.semconv.schemas import Schemas
        root = pathlib.Path(package.__path__[0])
        self.schema_urls = [each.value for each in Schemas]
        self.stable = self.read(root / "attributes")[0]
        self.all, self.values = self.read(root / "_incubating" / "attributes")

    @classmethod
    def read(cls, folder):
        """Remarks by key; and those of values by (name of the enumeration, value)."""
        keys, values = {}, {}
        for path in folder.glob("*_attributes.py"):
            body = ast.parse(path.read_text()).body
            keys.update(cls.constants(body))
            for each in body:
                if isinstance(each, ast.ClassDef):
                    values.update({(each.name, value): remark for value, remark in cls.constants(each.body).items()})
        return keys, values

    @staticmethod
    def constants(body):
        """The text after each assigned constant, by its value."""
        found = {}
        for each, after in zip(body, body[1:] + [None]):
            value = getattr(each, "value", None) if isinstance(each, (ast.Assign, ast.AnnAssign)) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                remark = getattr(getattr(after, "value", None), "value", "") if isinstance(after, ast.Expr) else ""
                found[value.value] = str(remark).strip()
        return found

    def is_deprecated(self, key):
        return self.stable.get(key, self.all.get(key, "")).startswith("Deprecated")


def complaints(table, package):
    found = []
    url = f"https://opentelemetry.io/schemas/{table.version}"
    if package.schema_urls[-1] != url:
        found.append(f"the table is of {url}, the package of {package.schema_urls[-1]}")
    for each in table.attributes():
        key = each.key
        if key not in package.stable and key not in package.all:
            found.append(f"{key}: unknown to the package")
            continue
        if package.is_deprecated(key):
            found.append(f"{key}: {package.stable.get(key, package.all[key]).splitlines()[0]}")
        if each.in_development != (key not in package.stable):
            found.append(f"{key}: {'stable' if each.in_development else 'still in development'} in the package")
        enumeration = "".join(word.capitalize() for word in re.split("[._]", key)) + "Values"
        for value in each.values:
            remark = package.values.get((enumeration, value))
            if remark is None or remark.startswith("Deprecated:"):
                found.append(f"{key}: the value '{value}' is {'unknown' if remark is None else 'deprecated'}")
    return found


def read_table(checkout):
    path = checkout / "scripts" / "semconv" / "generate"
    spec = importlib.util.spec_from_loader("generate", importlib.machinery.SourceFileLoader("generate", str(path)))
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    return generate.Table, generate.TABLE.read_text()


def header_keys(checkout):
    """What programs get: the texts of the constants, but for the conventions' own version and address."""
    found = set()
    for path in (checkout / "include" / "sonde" / "semconv").glob("*.hpp"):
        if path.name != "version.hpp":
            found |= set(re.findall(r'fixed_string \w+\{"([^"]+)"\}', path.read_text()))
    return found


def overlooked(table, text, package):
    """Mistakes that complaints() would not notice: there must be none."""
    mistakes = {"http.route  ": "http.rout  ", "url.path  ": "url.paht  ",
                "code.function.name  string": "code.function  string development", "host.id  ": "host.identity  ",
                "db.namespace               string": "db.namespace  string development",
                "thread.id    int     development": "thread.id  int", "= OK ERROR": "= OK ERRORS",
                "version 1.44.0": "version 1.43.0"}
    for right, wrong in mistakes.items():
        if right not in text or not complaints(table(text.replace(right, wrong)), package):
            yield f"'{wrong}' in place of '{right}' goes unnoticed"


def compare(checkout):
    """Runs inside the environment."""
    table, text = read_table(checkout)
    package = Package()
    read = table(text)
    found = complaints(read, package) + list(overlooked(table, text, package))
    keys = {each.key for each in read.attributes()}
    if header_keys(checkout) != keys:
        found.append(f"headers and table differ: {sorted(header_keys(checkout) ^ keys)}")
    for each in found:
        print(each)
    print(f"{len(keys)} keys, {len(found)} complaints")
    return 1 if found or len(keys) < 50 else 0


def main():
    if sys.argv[1] == "--compare":
        return compare(pathlib.Path(sys.argv[2]))

    def check():
        _, python = virtual_environment.of(PACKAGE)
        if subprocess.run([python, "-B", __file__, "--compare", sys.argv[1]]).returncode != 0:
            raise outcome.Failed("the complaints are above")
    return outcome.of("semconv_names", check)


if __name__ == "__main__":
    sys.exit(main())
