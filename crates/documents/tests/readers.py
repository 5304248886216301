"""What pandoc and LibreOffice find in our files, for programs that are on this machine; says so for those that are not.

    python3 readers.py SAMPLE.docx SAMPLE.xlsx SAMPLE.ods SAMPLE.html
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib

from check import File, LANGUAGE, name, said, words, NAMES

UNIVERSAL = 'pdf:writer_pdf_Export:{"PDFUACompliance":{"type":"boolean","value":"true"}}'
# Tags of a PDF that must stay what they are: a style of the same name would be mapped to something else.
TAGS = ["Figure", "Table", "TR", "TH", "TD", "H1", "H2", "H3", "L", "LI", "Link", "TOC", "Document"]


def is_there(program, what):
    if shutil.which(program):
        return True
    print(f"NOT RUN: {what}: {program} is not on this machine")
    return False


class Written:
    """What a .docx says by its own XML, to be found by others."""

    def __init__(self, path):
        document = File(path).part("word/document.xml")
        self.title = said(File(path).part("docProps/core.xml"), ".//dc:title")
        self.headings, self.tables = [], []
        for paragraph in document.iter(name("w:p")):
            style = paragraph.find("w:pPr/w:pStyle", NAMES)
            match = re.fullmatch(r"Heading(\d)", style.get(name("w:val")) if style is not None else "")
            if match:
                self.headings.append((int(match.group(1)), words(paragraph)))
        for table in document.iter(name("w:tbl")):
            rows = table.findall("w:tr", NAMES)
            self.tables.append([[words(cell) for cell in row.findall("w:tc", NAMES)] for row in rows])
        self.alternatives = [one.get("descr") for one in document.iter(name("wp:docPr"))]
        assert self.headings and self.tables and self.alternatives


# pandoc


def text_of(inlines):
    """The words of pandoc's inline elements."""
    if isinstance(inlines, list):
        return "".join(text_of(one) for one in inlines)
    if isinstance(inlines, dict):
        kind, content = inlines["t"], inlines.get("c")
        if kind == "Str":
            return content
        return " " if kind in ("Space", "SoftBreak", "LineBreak") else text_of(content)
    return ""


def nodes(tree, kind):
    """Every element of a kind, in order."""
    if isinstance(tree, dict):
        if tree.get("t") == kind:
            yield tree["c"]
        tree = tree.get("c", [])
    if isinstance(tree, list):
        for one in tree:
            yield from nodes(one, kind)


def cells_of(rows):
    """The words of pandoc's rows: a row is its attributes and its cells, the blocks of a cell come last."""
    return [[text_of(cell[-1]) for cell in row[1]] for row in rows]


def check_pandoc(path, written):
    output = subprocess.run(["pandoc", "-f", "docx", "-t", "json", path], check=True, capture_output=True).stdout
    document = json.loads(output)
    assert text_of(document["meta"]["title"]["c"]) == written.title, document["meta"]
    headings = [(level, text_of(inlines)) for level, _, inlines in nodes(document["blocks"], "Header")]
    assert headings == written.headings, headings
    tables = []
    for _, caption, _, head, bodies, _ in nodes(document["blocks"], "Table"):
        assert re.match(r"Table \d+: ", text_of(caption[1])), f"caption {text_of(caption[1])!r}"
        header = cells_of(head[1])
        assert len(header) == 1, f"{len(header)} header rows"
        tables.append(header + [row for body in bodies for row in cells_of(body[3])])
    assert tables == written.tables, tables
    pictures = [text_of(inlines) for _, inlines, _ in nodes(document["blocks"], "Image")]
    assert pictures == written.alternatives, pictures
    print(f"pandoc finds {len(headings)} headings, {len(tables)} tables with a header row and {len(pictures)} alternative texts")


def check_pandoc_page(path, written):
    """A page has the tables of the document, with their header rows, and its headings one level deeper under the title."""
    output = subprocess.run(["pandoc", "-f", "html", "-t", "json", path], check=True, capture_output=True).stdout
    document = json.loads(output)
    assert text_of(document["meta"]["title"]["c"]) == written.title, document["meta"]
    headings = [(level, text_of(inlines)) for level, _, inlines in nodes(document["blocks"], "Header")]
    for level, heading in written.headings:
        # Notes stand in a section of their own in both, and of a document under its tables too.
        assert (level + 1, heading) in headings, f"{heading} is not among {headings}"
    tables = []
    for _, caption, _, head, bodies, _ in nodes(document["blocks"], "Table"):
        assert re.match(r"Table \d+: ", text_of(caption[1])), f"caption {text_of(caption[1])!r}"
        header = cells_of(head[1])
        assert len(header) == 1, f"{len(header)} header rows"
        tables.append(header + [row for body in bodies for row in cells_of(body[3])])
    assert tables == written.tables, tables
    print(f"pandoc finds {len(headings)} headings and {len(tables)} tables with a header row in the page")


# LibreOffice


def convert(path, kind, into):
    """A file as LibreOffice saves it, with a profile of its own."""
    profile = f"-env:UserInstallation=file://{into}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", into, path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    made = pathlib.Path(into) / f"{pathlib.Path(path).stem}.{kind.split(':')[0]}"
    assert made.is_file(), f"{command}: {done.stdout}{done.stderr}"
    return made


def pdf_objects(path):
    """A PDF with its streams unpacked, in which tags can be looked for."""
    raw = path.read_bytes()
    unpacked = [raw]
    for match in re.finditer(rb"stream\r?\n", raw):
        try:
            unpacked.append(zlib.decompressobj().decompress(raw[match.end() :]))
        except zlib.error:
            continue
    return b"\n".join(unpacked)


def check_pdf(path, written, into):
    pdf = pdf_objects(convert(path, UNIVERSAL, into))
    assert b"/Lang(en-GB)" in pdf and b"/DisplayDocTitle true" in pdf and b"/Marked true" in pdf, "language, title or tags"
    count = lambda tag: len(re.findall(rb"/S\s*/" + tag + rb"\b(?!#)", pdf))
    headers = sum(len(table[0]) for table in written.tables)
    # LibreOffice tags a header row again on each page on which it is repeated, or once.
    assert count(b"TH") >= headers, f"{count(b'TH')} header cells of {headers}"
    assert count(b"TD") >= sum(len(row) for table in written.tables for row in table[1:]), f"{count(b'TD')} cells"
    for level in sorted({level for level, _ in written.headings}):
        expected = sum(1 for one, _ in written.headings if one == level)
        assert count(b"H%d" % level) == expected, f"{count(b'H%d' % level)} headings of level {level}"
    texts = [bytes.fromhex(match.decode()).decode("utf-16") for match in re.findall(rb"/Alt\s*<([0-9A-Fa-f]+)>", pdf)]
    assert texts == written.alternatives, f"alternative texts {texts}"
    assert count(b"Figure") == len(texts), f"{count(b'Figure')} pictures of {len(texts)}"
    roles = b"".join(re.findall(rb"/RoleMap\s*<<(.*?)>>", pdf, re.DOTALL))
    for tag in TAGS:
        assert not re.search(rb"/" + tag.encode() + rb"\s*/", roles), f"a style takes the tag {tag} away"
    print(f"LibreOffice makes a tagged PDF with {headers} header cells and {len(texts)} alternative texts")


def check_sheets(path, into):
    """Saved again as .ods: what LibreOffice has understood of title, language, header rows and tables."""
    original = File(path)
    kind = pathlib.Path(path).suffix
    again = File(convert(path, "ods:calc8", into))
    meta, content = again.part("meta.xml"), again.part("content.xml")
    title = said(original.part("meta.xml" if kind == ".ods" else "docProps/core.xml"), ".//dc:title")
    assert said(meta, ".//dc:title") == title and LANGUAGE.fullmatch(said(meta, ".//dc:language")), "title or language"
    ranges = [one.get(name("table:target-range-address")) for one in content.iter(name("table:database-range"))]
    marked = 0
    for sheet in content.iter(name("table:table")):
        rows = list(sheet.iter(name("table:table-row")))
        header = sheet.findall("table:table-header-rows/table:table-row", NAMES)
        if sheet.get(name("table:name")) == "Cover":
            assert not header
            continue
        assert len(header) == 1, f"{sheet.get(name('table:name'))}: {len(header)} header rows"
        assert sheet.find("table:table-header-columns", NAMES) is not None, "no headings of rows"
        start = rows.index(header[0]) + 1
        quoted = sheet.get(name("table:name"))
        match = [one for one in ranges if re.match(rf"'?{re.escape(quoted)}'?\.A{start}:", one)]
        assert len(match) == 1, f"{quoted}: its table does not begin with its header row: {ranges}"
        marked += 1
    if kind == ".ods":
        default = again.part("styles.xml").find(".//style:default-style[@style:family='table-cell']/style:text-properties", NAMES)
        spoken = default.get(name("fo:language")), default.get(name("fo:country"))
        assert spoken == ("en", "GB"), spoken
    print(f"LibreOffice finds {marked} tables with their header rows in {kind}")


def main(paths):
    written = Written(next(path for path in paths if path.endswith(".docx")))
    pandoc = is_there("pandoc", "a .docx as pandoc reads it")
    office = is_there("soffice", "documents and workbooks as LibreOffice reads them")
    for path in paths:
        with tempfile.TemporaryDirectory() as into:
            is_text = path.endswith(".docx")
            if pandoc and is_text:
                check_pandoc(path, written)
            if path.endswith(".html"):
                if pandoc:
                    check_pandoc_page(path, written)
                continue
            if office and is_text:
                check_pdf(path, written, into)
            if office and not is_text:
                check_sheets(path, into)


if __name__ == "__main__":
    assert len(sys.argv) > 1, __doc__
    main(sys.argv[1:])
