# SPDX-License-Identifier: MIT
"""README and docs as data: their blocks, each with the comment that says how to check it, their links and headings."""
import dataclasses
import re

BLOCK = re.compile(r"(?:^<!-- (?P<how>[a-z]+)(?:: (?P<what>\S+))? -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.S | re.M)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclasses.dataclass
class Block:
    document: "Document"
    line: int  # of its first line of text
    how: str  # compile, file, save, run, output, prints; or empty
    what: str
    language: str
    text: str

    def __str__(self):
        return f"{self.document.name}:{self.line}"


class Document:
    def __init__(self, root, path):
        self.path = path
        self.name = str(path.relative_to(root))
        self.text = path.read_text()
        self.blocks = [Block(self, self.text.count("\n", 0, found.start("text")) + 1, found["how"] or "", found["what"] or "",
                             found["language"], found["text"]) for found in BLOCK.finditer(self.text)]
        self.prose = BLOCK.sub("", self.text)

    def links(self):
        return [link for link in LINK.findall(self.prose) if "://" not in link]

    def anchors(self):
        """As GitHub makes them from headings."""
        headings = re.findall(r"^#+ (.*)$", self.prose, re.M)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def read_all(root):
    """README, then docs in the order its index names them, then what the index does not name."""
    index = root / "docs" / "README.md"
    paths = [root / "README.md"]
    if index.exists():
        paths.append(index)
        paths += [(index.parent / link.partition("#")[0]).resolve() for link in Document(root, index).links()]
    paths += sorted((root / "docs").rglob("*.md")) + [root / "CONTRIBUTING.md"]
    inside = [path for path in dict.fromkeys(paths) if path.suffix == ".md" and path.is_file()]
    return [Document(root, path) for path in inside]


def complaints_about_links(documents, root):
    known = {each.path: each for each in documents}
    for document in documents:
        for link in document.links():
            target, _, anchor = link.partition("#")
            path = (document.path.parent / target).resolve() if target else document.path
            if not path.exists() or not path.is_relative_to(root):
                yield f"{document.name}: the link to {link} leads nowhere"
            elif anchor and path in known and anchor not in known[path].anchors():
                yield f"{document.name}: {target or document.name} has no heading for #{anchor}"


def complaints_about_names(documents, root):
    """Environment variables, flags and headers that are spoken of exist."""
    headers = root / "include"
    environment = set(re.findall(r'"([A-Z][A-Z0-9_]+)"', (headers / "sonde/environment/known_names.hpp").read_text()))
    build = [root / "CMakeLists.txt", *root.glob("tests/*/check_*.py"), *root.glob("tests/fault/*.cpp"), *headers.rglob("*.hpp")]
    flags = {name for path in build for name in re.findall(r"\bSONDE_[A-Z_]+\b", path.read_text())}
    misspelt = {"OTEL_EXPORTER_OTLP_HEADER", "OTEL_EXPORTER_OTLP_ENDPOIN"}  # on purpose, to show what sonde says then
    for document in documents:
        for name in sorted(set(re.findall(r"\b(?:OTEL|AWS|ROLLBAR)_[A-Z0-9_]*[A-Z0-9]\b(?![*(]|_\*)", document.text))):
            if name not in environment | misspelt:
                yield f"{document.name}: sonde knows no environment variable {name}"
        for name in sorted(set(re.findall(r"SONDE_[A-Z_]*[A-Z]\b(?!\*|_\*)", document.text)) - flags):
            yield f"{document.name}: nothing is called {name}"
        for name in sorted(set(re.findall(r"\bsonde/[\w/]+\.hpp\b", document.text))):
            if not (headers / name).exists():
                yield f"{document.name}: there is no header {name}"
