"""Coverage-guided fuzzing of the readers: whatever the bytes, a Source or Unreadable.

Run it for a bounded time; it stops at the first input that makes a reader raise
anything else, take over 20 seconds or over 1 GB, and leaves that input in a file:

    pip install atheris
    python tests/fuzz_sources.py -max_total_time=60

All options of libFuzzer work, such as a file to run again or a folder as corpus.
"""

from __future__ import annotations

import copy
import random
import sys
import tempfile
import traceback
import zipfile
from io import BytesIO
from pathlib import Path

import atheris
from lxml import etree

with atheris.instrument_imports(include=["shouzhi", "xlrd"]):
    import xlrd.biffh
    import xlrd.book
    import xlrd.compdoc
    import xlrd.formatting
    import xlrd.sheet  # noqa: F401 - imported to be instrumented

    from shouzhi.sources import Line, Source, Unreadable, docx, html, ods, text, xls, xlsx  # noqa: F401
    from shouzhi.sources.folder import expand
    from shouzhi.sources.opening import open_source

import specimens

LIMITS = ("-timeout=20", "-rss_limit_mb=1024", "-max_len=40000")
WHOLE = ("a.html", "a.txt", "a.xls", "a.doc", "a.pdf", "a.zip")
PACKED = ("a.docx", "a.xlsx", "a.ods")


def parts(name: str) -> dict[str, bytes]:
    """The members of a specimen that are XML."""
    with zipfile.ZipFile(BytesIO(specimens.ALL[name]())) as opened:
        return {info.filename: opened.read(info) for info in opened.infolist()}


MEMBERS = {name: parts(name) for name in PACKED}
SHAPES: list[tuple[str, str]] = [(name, "") for name in WHOLE] + [
    (name, member)
    for name, members in MEMBERS.items()
    for member in sorted(members)
    if member.endswith((".xml", ".rels")) and "theme" not in member
]
FOLDER = Path(tempfile.gettempdir()) / "shouzhi-fuzz"


def built(data: bytes) -> tuple[str, bytes]:
    """A file name and its content: the first byte chooses what the others stand in for."""
    name, member = SHAPES[data[0] % len(SHAPES)] if data else SHAPES[0]
    if not member:
        return name, data[1:]
    return name, specimens.zipped({**MEMBERS[name], member: data[1:]}, zipfile.ZIP_STORED)


def consume(source: Source) -> None:
    """Walk all that was read, and hold what a grid promises."""
    for _, block in source.blocks():
        if isinstance(block, Line):
            continue
        area = sum(cell.rows * cell.columns for cell in block.cells)
        if block.how == "cells" and area != block.height * block.width:
            raise AssertionError("a grid with holes or overlaps")


def is_ours(error: BaseException | None) -> bool:
    """Whether a fault that users see wrapped came from a reader that misuses its own code."""
    if not isinstance(error, (NameError, ImportError, AttributeError, AssertionError, IndexError)):
        return False
    last = traceback.extract_tb(error.__traceback__)[-1]
    return "shouzhi" in Path(last.filename).parts


def one_input(data: bytes) -> None:
    """What the fuzzer calls."""
    name, content = built(data)
    path = FOLDER / name
    path.write_bytes(content)
    try:
        consume(open_source(path))
    except Unreadable as error:
        if is_ours(error.__cause__):
            raise
    if name == "a.zip":
        for entry in expand([path]):
            try:
                entry.read()
            except Unreadable:
                continue


VALUES = ("", "0", "1", "-1", "2", "9", "65535", "16385", "1048577", "999999999", "A0", "XFD1",
          "ZZZ1", "A1:XFD1048576", "B2:C3", "restart", "true", "x", "d", "hidden")  # fmt: skip


def mutated(data: bytes, size: int, seed: int) -> bytes:
    """A change of the tree, for XML: bytes changed blindly seldom parse, and then teach little."""
    chance = random.Random(seed)  # noqa: S311 - a fuzzer
    member = SHAPES[data[0] % len(SHAPES)][1] if data else ""
    try:
        root = etree.fromstring(data[1:]) if member and chance.random() < 0.8 else None
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return bytes(atheris.Mutate(data, size))
    for _ in range(chance.randint(1, 4)):
        elements = list(root.iter(etree.Element))
        change_element(chance.choice(elements), chance.choice(elements), chance)
    return data[:1] + etree.tostring(root)[: size - 1]


def change_element(one: etree._Element, other: etree._Element, chance: random.Random) -> None:
    """Change an attribute or a text, drop an element, or put a copy of it elsewhere."""
    way = chance.randrange(5)
    parent = one.getparent()
    if way == 0 and one.attrib:
        one.set(chance.choice(list(one.attrib)), chance.choice(VALUES))
    elif way == 1 and other.attrib:
        name = chance.choice(list(other.attrib))
        one.set(name, other.get(name, ""))
    elif way == 2:
        one.text = chance.choice((*VALUES, "1234.5", "预算", "1E9999"))
    elif way == 3 and parent is not None:
        parent.remove(one)
    else:
        other.append(copy.deepcopy(one))


def seeds() -> Path:
    """A folder with every specimen, and every part of one, as the fuzzer's first inputs."""
    folder = FOLDER / "seeds"
    folder.mkdir(exist_ok=True)
    whole = {**{name: make() for name, make in specimens.ALL.items()}, "a.pdf": specimens.pdf(1)}
    whole["a.doc"] = specimens.ole("WordDocument")
    whole["a.zip"] = specimens.zipped({"a.txt": specimens.text(), "b/c.html": specimens.html()})
    for number, (name, member) in enumerate(SHAPES):
        data = MEMBERS[name][member] if member else whole[name]
        (folder / str(number)).write_bytes(bytes([number]) + data)
    return folder


def main() -> None:
    """Fuzz with libFuzzer's options from the command line."""
    FOLDER.mkdir(exist_ok=True)
    given = [argument.split("=")[0] for argument in sys.argv[1:]]
    limits = [limit for limit in LIMITS if limit.split("=")[0] not in given]
    files = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    corpus = [] if files else [str(seeds())]
    atheris.Setup([*sys.argv, *limits, *corpus], one_input, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
