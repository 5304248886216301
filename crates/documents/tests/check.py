"""Whether a .docx, .xlsx, .ods or .html can be used without sight, read with nothing but the standard library.

    python3 check.py FILE...

Prints what is missing, one fault a line, and exits 1 if anything is. `spoil.py` shows that each check can fail.
What is asked is the Analysis Function's "Releasing statistics in spreadsheets" and "Making spreadsheets accessible",
and for documents the Web Content Accessibility Guidelines 2.2, 1.1.1 (pictures), 1.3.1 (headings, tables), 2.4.2
(title) and 3.1.1 (language), as far as a program can see them; for pages also 2.1.1 (what scrolls has the keyboard) and
2.4.1 (a way past what is repeated), and that nothing is fetched from elsewhere and nothing runs.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

# Prefixes of names as they are written below, for every format.
NAMES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "rel": "http://schemas.openxmlformats.org/package/2006/relationships",
    "dc": "http://purl.org/dc/elements/1.1/",
    "x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
}
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
NUMBER = re.compile(r"[+−-]?\s*£?\d[\d,\s]*(\.\d+)?\s*%?")
SYMBOL = re.compile(r"\[(low|z|x|u|c)\]")
NOTE = re.compile(r"\[note \d+\]")
FRONT = ["Cover", "Contents", "Notes", "Symbols"]


def name(short):
    """`w:p` as ElementTree spells it."""
    prefix, local = short.split(":")
    return f"{{{NAMES[prefix]}}}{local}"


class File:
    """The parts of a file, and the faults found in it."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.zip = zipfile.ZipFile(path) if zipfile.is_zipfile(path) else None
        self.faults = []

    def part(self, path):
        return ElementTree.fromstring(self.zip.read(path))

    def ask(self, holds, fault):
        if not holds:
            self.faults.append(fault)
        return holds


def words(element):
    return "".join(element.itertext()).strip()


def said(root, path):
    """The words of the first element at a path, or none."""
    found = root.find(path, NAMES)
    return words(found) if found is not None else ""


def check_properties(file, root, where):
    file.ask(said(root, ".//dc:title"), f"{where}: no title")
    file.ask(LANGUAGE.fullmatch(said(root, ".//dc:language")), f"{where}: no language")


# Documents


def check_docx(file):
    check_properties(file, file.part("docProps/core.xml"), "properties")
    styles = file.part("word/styles.xml")
    language = styles.find("w:docDefaults/w:rPrDefault/w:rPr/w:lang", NAMES)
    tag = language.get(name("w:val"), "") if language is not None else ""
    file.ask(LANGUAGE.fullmatch(tag), "styles: no language")
    document = file.part("word/document.xml")
    for banned in ["w:txbxContent", "w:pict", "wp:anchor"]:
        file.ask(document.find(f".//{banned}", NAMES) is None, f"a text box or a picture outside the text ({banned})")
    check_headings(file, styles, document)
    tables = document.findall(".//w:tbl", NAMES)
    file.ask(tables, "no table")
    for number, table in enumerate(tables, 1):
        check_docx_table(file, table, f"table {number}")
    check_docx_pictures(file, document)
    text = words(document)
    for symbol in {match.group() for table in tables for match in SYMBOL.finditer(words(table))}:
        file.ask(f"{symbol} means " in text, f"{symbol} is not explained")
    for note in set(NOTE.findall(text)):
        file.ask(any(words(p).startswith(note) for p in document.iter(name("w:p"))), f"{note} is not explained")


def check_headings(file, styles, document):
    levels = {}
    for style in styles.findall("w:style", NAMES):
        level = style.find("w:pPr/w:outlineLvl", NAMES)
        if level is not None:
            levels[style.get(name("w:styleId"))] = int(level.get(name("w:val"))) + 1
    used = []
    for paragraph in document.iter(name("w:p")):
        style = paragraph.find("w:pPr/w:pStyle", NAMES)
        style = style.get(name("w:val")) if style is not None else ""
        if style == "Title":
            used.append(0)
        if style in levels:
            used.append(levels[style])
            file.ask(words(paragraph), "an empty heading")
    file.ask(used[:1] == [0] and used.count(0) == 1, "the document does not begin with its one title")
    file.ask(len(used) > 1, "no headings")
    for before, after in zip(used, used[1:]):
        file.ask(after <= before + 1, f"a heading of level {after} follows one of level {before}")


def check_docx_table(file, table, where):
    rows = table.findall("w:tr", NAMES)
    columns = len(table.findall("w:tblGrid/w:gridCol", NAMES))
    header = [row.find("w:trPr/w:tblHeader", NAMES) is not None for row in rows]
    file.ask(header[:1] == [True], f"{where}: no header row is marked")
    file.ask(not any(header[1:]), f"{where}: more than one header row")
    look = table.find("w:tblPr/w:tblLook", NAMES)
    file.ask(look is not None and look.get(name("w:firstColumn")) == "1", f"{where}: no headings of rows")
    for banned in ["w:gridSpan", "w:vMerge", "w:hMerge"]:
        file.ask(table.find(f".//{banned}", NAMES) is None, f"{where}: merged cells")
    file.ask(table.find(".//w:tc//w:tbl", NAMES) is None, f"{where}: a table in a table")
    for row in rows:
        cells = row.findall("w:tc", NAMES)
        file.ask(len(cells) == columns, f"{where}: a row of {len(cells)} cells in a grid of {columns}")
        file.ask(all(words(cell) for cell in cells), f"{where}: an empty cell")


def check_docx_pictures(file, document):
    relationships = file.part("word/_rels/document.xml.rels")
    targets = {one.get("Id"): one.get("Target") for one in relationships}
    drawings = list(document.iter(name("w:drawing")))
    for number, drawing in enumerate(drawings, 1):
        properties = drawing.find(".//wp:docPr", NAMES)
        described = properties is not None and properties.get("descr", "").strip()
        file.ask(described, f"picture {number}: no alternative text")
        for blip in drawing.iter(name("a:blip")):
            target = targets.get(blip.get(name("r:embed")))
            file.ask(f"word/{target}" in file.zip.namelist(), f"picture {number}: its bytes are not in the file")


# Workbooks, whichever their format


class Sheet:
    """A sheet as both formats have it: rows of cells, and where its tables are (first row, last row, columns)."""

    def __init__(self, title, rows, tables, merged, pictures):
        self.title = title
        self.rows = rows
        self.tables = tables
        self.merged = merged
        self.pictures = pictures


def check_sheets(file, sheets):
    titles = [sheet.title for sheet in sheets]
    file.ask(titles[: len(FRONT)] == FRONT, f"the workbook does not begin with {', '.join(FRONT)}")
    file.ask(len(titles) > len(FRONT), "no sheet has a table of figures")
    text = {sheet.title: [cell for row in sheet.rows for cell in row] for sheet in sheets}
    for sheet in sheets:
        check_sheet(file, sheet, is_front=sheet.title in FRONT)
        if sheet.title not in FRONT[:2]:
            file.ask(sheet.title in text.get("Contents", []), f"{sheet.title}: not in the contents")
    for title in titles:
        if title in FRONT:
            continue
        cells = " ".join(cell for cell in text[title] if isinstance(cell, str))
        for symbol in set(match.group() for match in SYMBOL.finditer(cells)):
            file.ask(symbol in text.get("Symbols", []), f"{title}: {symbol} is not explained")
        for note in set(NOTE.findall(cells)):
            file.ask(note in text.get("Notes", []), f"{title}: {note} is not explained")


def check_sheet(file, sheet, is_front):
    where = sheet.title
    file.ask(not sheet.merged, f"{where}: merged cells")
    file.ask(all(sheet.pictures), f"{where}: a picture without alternative text")
    first = sheet.rows[0] if sheet.rows else []
    if not file.ask(first[:1] and isinstance(first[0], str) and first[0].strip(), f"{where}: empty, or no title in A1"):
        return
    file.ask(all(any(cell not in (None, "") for cell in row) for row in sheet.rows), f"{where}: an empty row")
    file.ask(len(sheet.tables) <= 1, f"{where}: more than one table")
    if not is_front:
        file.ask(sheet.tables, f"{where}: no table with a marked header row")
    table_rows = set()
    for start, end, columns in sheet.tables:
        table_rows.update(range(start, end + 1))
        file.ask(end > start, f"{where}: a table without rows")
        file.ask(end + 1 == len(sheet.rows), f"{where}: the table does not end where the sheet does")
        for number in range(start, min(end + 1, len(sheet.rows))):
            row = sheet.rows[number]
            file.ask(len(row) == columns, f"{where}: row {number + 1} has {len(row)} cells beside a table of {columns} columns")
            file.ask(all(cell not in (None, "") for cell in row), f"{where}: an empty cell in row {number + 1}")
            is_text = [isinstance(cell, str) for cell in row]
            if number == start:
                file.ask(all(is_text) and len(set(row)) == len(row), f"{where}: headings that are not words, or one twice")
            for cell in row:
                number_as_text = isinstance(cell, str) and NUMBER.fullmatch(cell.strip())
                file.ask(not number_as_text, f"{where}: the number {cell} is stored as text")
    beside = [row for number, row in enumerate(sheet.rows) if number not in table_rows and len(row) > 1]
    file.ask(not beside, f"{where}: cells outside the table, beside the lines in column A")


# .xlsx


def column_of(reference):
    """`C7` as (6, 2)."""
    letters, digits = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", reference).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def relationships_of(file, path):
    folder, _, base = path.rpartition("/")
    beside = f"{folder}/_rels/{base}.rels"
    if beside not in file.zip.namelist():
        return []
    found = []
    for one in file.part(beside):
        target = one.get("Target")
        whole = target[1:] if target.startswith("/") else str(pathlib.PurePosixPath(folder) / target)
        while "/../" in whole:
            whole = re.sub(r"[^/]+/\.\./", "", whole, count=1)
        found.append((one.get("Id"), one.get("Type").rpartition("/")[2], whole))
    return found


def check_xlsx(file):
    check_properties(file, file.part("docProps/core.xml"), "properties")
    workbook = file.part("xl/workbook.xml")
    strings = [words(item) for item in file.part("xl/sharedStrings.xml")]
    targets = {identity: target for identity, _, target in relationships_of(file, "xl/workbook.xml")}
    repeated = [words(one) for one in workbook.iter(name("x:definedName")) if one.get("name") == "_xlnm.Print_Titles"]
    sheets = []
    for one in workbook.find("x:sheets", NAMES):
        title = one.get("name")
        file.ask(one.get("state", "visible") == "visible", f"{title}: hidden")
        sheet = read_xlsx_sheet(file, title, targets[one.get(name("r:id"))], strings)
        for start, _, _ in sheet.tables:
            printed = any(re.fullmatch(rf"'?{re.escape(title)}'?!\$A:\$A,'?{re.escape(title)}'?!\${start + 1}:\${start + 1}", text) for text in repeated)
            file.ask(printed, f"{title}: the headings of columns and rows are not repeated when it is printed")
        sheets.append(sheet)
    fills = file.part("xl/styles.xml").findall("x:fills/x:fill/x:patternFill", NAMES)
    coloured = [fill for fill in fills if fill.get("patternType") not in ("none", "gray125")]
    file.ask(not coloured, "cells are filled with colour")
    check_sheets(file, sheets)


def read_xlsx_sheet(file, title, path, strings):
    root = file.part(path)
    rows = []
    for row in root.findall("x:sheetData/x:row", NAMES):
        for cell in row.findall("x:c", NAMES):
            down, across = column_of(cell.get("r"))
            value, inline = cell.find("x:v", NAMES), cell.find("x:is", NAMES)
            if inline is not None:
                content = words(inline)
            elif value is None:
                continue
            elif cell.get("t") == "s":
                content = strings[int(value.text)]
            else:
                content = value.text if cell.get("t") == "str" else float(value.text)
            while len(rows) <= down:
                rows.append([])
            rows[down] += [None] * (across + 1 - len(rows[down]))
            rows[down][across] = content
    tables, pictures = [], []
    for _, kind, target in relationships_of(file, path):
        if kind == "table":
            table = file.part(target)
            (start, left), (end, right) = map(column_of, table.get("ref").split(":"))
            headings = [column.get("name") for column in table.find("x:tableColumns", NAMES)]
            marked = table.get("headerRowCount", "1") == "1" and left == 0
            if file.ask(marked and rows[start : start + 1] == [headings], f"{title}: the header row is not that of its table"):
                tables.append((start, end, right + 1))
            file.ask(table.find(".//x:autoFilter", NAMES) is None, f"{title}: buttons in the header row")
        if kind == "drawing":
            shapes = file.part(target).iter(name("xdr:cNvPr"))
            pictures += [shape.get("descr", "").strip() for shape in shapes]
    merged = root.find("x:mergeCells", NAMES) is not None
    return Sheet(title, rows, tables, merged, pictures)


# .ods


def check_ods(file):
    first = file.zip.infolist()[0]
    file.ask(first.filename == "mimetype" and first.compress_type == zipfile.ZIP_STORED, "the kind of file is not said first")
    check_properties(file, file.part("meta.xml"), "properties")
    default = [
        one.find("style:text-properties", NAMES)
        for one in file.part("styles.xml").iter(name("style:default-style"))
        if one.get(name("style:family")) == "table-cell"
    ]
    language = [(one.get(name("fo:language")), one.get(name("fo:country"))) for one in default if one is not None]
    file.ask(language and LANGUAGE.fullmatch(f"{language[0][0]}-{language[0][1]}"), "styles: no language")
    content = file.part("content.xml")
    marked = {}
    for one in content.iter(name("table:database-range")):
        address = one.get(name("table:target-range-address"))
        match = re.fullmatch(r"'?([^']+)'?\.\$?([A-Z]+)\$?(\d+):'?\1'?\.\$?([A-Z]+)\$?(\d+)", address)
        if one.get(name("table:contains-header"), "true") == "true" and match:
            title, left, start, right, end = match.groups()
            marked.setdefault(title, []).append((int(start) - 1, int(end) - 1, column_of(f"{right}1")[1] + 1))
    sheets = [read_ods_sheet(file, one, marked) for one in content.iter(name("table:table"))]
    for one in file.part("styles.xml").iter(name("style:table-cell-properties")):
        file.ask(one.get(name("fo:background-color"), "transparent") == "transparent", "cells are filled with colour")
    check_sheets(file, sheets)


def read_ods_sheet(file, sheet, marked):
    title = sheet.get(name("table:name"))
    header = sheet.findall("table:table-header-rows/table:table-row", NAMES)
    rows, tables = [], []
    merged = sheet.find(".//table:covered-table-cell", NAMES) is not None
    for row in sheet.iter(name("table:table-row")):
        cells = []
        for cell in row.findall("table:table-cell", NAMES):
            spans = [cell.get(name(f"table:number-{what}-spanned"), "1") for what in ("columns", "rows")]
            merged = merged or spans != ["1", "1"]
            is_number = cell.get(name("office:value-type")) == "float"
            content = float(cell.get(name("office:value"))) if is_number else words(cell)
            cells += [content] * int(cell.get(name("table:number-columns-repeated"), "1"))
        if row in header:
            tables.append(len(rows))
        rows.append(cells)
    ranges = marked.get(title, [])
    file.ask([start for start, _, _ in ranges] == tables, f"{title}: the header row of print is not that of its table")
    if tables:
        columns = sheet.findall("table:table-header-columns/table:table-column", NAMES)
        file.ask(len(columns) == 1, f"{title}: no headings of rows")
    pictures = [said(frame, "svg:desc") or said(frame, "svg:title") for frame in sheet.iter(name("draw:frame"))]
    return Sheet(title, rows, ranges, merged, pictures)


# .html

DOCTYPE = "<!DOCTYPE html>\n"
# Elements that fetch, run or ask for something.
ACTIVE = {"script", "iframe", "object", "embed", "link", "base", "form", "input", "button", "audio", "video", "source", "use", "image", "foreignObject", "noscript"}
# Elements that HTML knows to have no end, and shapes of drawings, which may be written as one tag.
VOID = {"meta", "img", "br", "hr"}
SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}


def check_html(file):
    text = file.path.read_text(encoding="utf-8")
    if not file.ask(text.startswith(DOCTYPE), "no document type"):
        return
    root = ElementTree.fromstring(text.removeprefix(DOCTYPE))
    file.ask(LANGUAGE.fullmatch(root.get("lang", "")), "no language")
    file.ask(said(root, "head/title"), "no title")
    meta = {one.get("name", "charset"): one.get("content", one.get("charset", "")) for one in root.findall("head/meta")}
    file.ask(meta.get("charset", "").lower() == "utf-8", "no character encoding")
    viewport = meta.get("viewport", "")
    file.ask("width=device-width" in viewport and "user-scalable" not in viewport and "maximum-scale" not in viewport, "a viewport that is not the device's, or cannot be enlarged")
    check_html_needs_nothing(file, root)
    identities = [one.get("id") for one in root.iter() if one.get("id") is not None]
    file.ask(len(set(identities)) == len(identities), "an id is there twice")
    for one in root.iter():
        targets = one.get("aria-labelledby", "").split()
        if one.tag == "a" and one.get("href", "").startswith("#"):
            targets.append(one.get("href")[1:])
        for target in targets:
            file.ask(target in identities, f"a link or a label leads to #{target}, which is not there")
        may_be_empty = one.tag in VOID | SHAPES
        file.ask(len(one) or words(one) or may_be_empty, f"an empty {one.tag}")
    main = root.findall("body/main")
    first = root.find("body/*")
    skips = len(main) == 1 and first is not None and first.tag == "a" and first.get("href") == f"#{main[0].get('id')}"
    file.ask(skips, "the page does not begin with a link to its one main part")
    check_html_headings(file, root)
    tables = list(root.iter("table"))
    file.ask(tables, "no table")
    parents = {child: parent for parent in root.iter() for child in parent}
    for number, table in enumerate(tables, 1):
        check_html_table(file, table, parents.get(table), f"table {number}")
    check_html_pictures(file, root)
    notes = {one.get("id"): words(one) for one in root.iter("li")}
    for link in root.iter("a"):
        if NOTE.fullmatch(words(link)):
            mark, note = words(link), notes.get(link.get("href", "#")[1:], "")
            file.ask(note.startswith(mark) and note != mark, f"{mark} is not explained")
    for table in tables:
        marks = [mark for cell in table.iter() for mark in NOTE.findall((cell.text or "") + (cell.tail or "")) if cell.tag != "a"]
        file.ask(not marks, f"{' '.join(marks)} does not lead to its note")
    text = words(root)
    for symbol in {match.group() for table in tables for match in SYMBOL.finditer(words(table))}:
        file.ask(f"{symbol} means " in text, f"{symbol} is not explained")


def check_html_needs_nothing(file, root):
    """No script, no request: addresses are in links that somebody follows, pictures are in the page."""
    for one in root.iter():
        file.ask(one.tag not in ACTIVE, f"an element that runs or fetches ({one.tag})")
        for key, value in one.attrib.items():
            file.ask(not key.lower().startswith("on"), f"an attribute that runs ({key})")
            fetches = key in ("src", "srcset", "poster", "data") and not value.startswith("data:image/png;base64,")
            file.ask(not fetches, f"something is fetched from elsewhere ({value[:40]})")
            if key == "href":
                file.ask(one.tag == "a" and re.match(r"#|https?://|mailto:", value), f"an address that is no link ({value[:40]})")
        style = (one.text or "") if one.tag == "style" else one.get("style", "")
        file.ask(not re.search(r"url\(|@import|expression", style), "a style that fetches")


def check_html_headings(file, root):
    used = []
    for one in root.iter():
        if re.fullmatch("h[1-6]", one.tag):
            used.append(int(one.tag[1]))
            file.ask(words(one), "an empty heading")
    file.ask(used[:1] == [1] and used.count(1) == 1, "the page does not begin with its one title")
    file.ask(len(used) > 1, "no headings")
    for before, after in zip(used, used[1:]):
        file.ask(after <= before + 1, f"a heading of level {after} follows one of level {before}")
    listed = {link.get("href") for link in root.findall("body/main/nav//a")}
    for heading in root.iter("h2"):
        is_listed = f"#{heading.get('id')}" in listed or words(heading) == "Contents"
        file.ask(is_listed, f"{words(heading)} is not in the contents")


def check_html_table(file, table, parent, where):
    file.ask(said(table, "caption"), f"{where}: no caption")
    header = table.findall("thead/tr")
    rows = table.findall("tbody/tr")
    file.ask(len(header) == 1, f"{where}: {len(header)} header rows")
    file.ask(rows, f"{where}: no rows")
    columns = len(header[0]) if header else 0
    headings = [words(cell) for row in header for cell in row]
    scoped = all(cell.tag == "th" and cell.get("scope") == "col" for row in header for cell in row)
    file.ask(scoped and len(set(headings)) == columns, f"{where}: a heading without its scope, or one twice")
    for row in rows:
        cells = list(row)
        file.ask(len(cells) == columns, f"{where}: a row of {len(cells)} cells under {columns} headings")
        heads = cells[:1] and cells[0].tag == "th" and cells[0].get("scope") == "row"
        file.ask(heads and all(cell.tag == "td" for cell in cells[1:]), f"{where}: a row without its heading")
    for cell in table.iter():
        file.ask(not {"colspan", "rowspan"} & set(cell.attrib), f"{where}: merged cells")
        if cell.tag in ("th", "td"):
            file.ask(words(cell), f"{where}: an empty cell")
    caption = table.find("caption")
    labelled = caption is not None and parent is not None and parent.get("aria-labelledby") == caption.get("id") is not None
    scrolls = labelled and parent.get("role") == "region" and parent.get("tabindex") == "0"
    file.ask(scrolls, f"{where}: not in a region that is named and that the keyboard can scroll")


def check_html_pictures(file, root):
    figures = list(root.iter("figure"))
    for number, figure in enumerate(figures, 1):
        file.ask(said(figure, "figcaption"), f"picture {number}: no caption")
    inside = {picture for figure in figures for picture in figure.iter() if picture.tag in ("svg", "img")}
    for number, picture in enumerate((one for one in root.iter() if one.tag in ("svg", "img")), 1):
        file.ask(picture in inside, f"picture {number}: not in a figure")
        if picture.tag == "img":
            file.ask(picture.get("alt", "").strip(), f"picture {number}: no alternative text")
        else:
            named = picture.get("role") == "img" and picture.get("aria-label", "").strip()
            file.ask(named, f"picture {number}: no alternative text")


CHECKS = {".docx": check_docx, ".xlsx": check_xlsx, ".ods": check_ods, ".html": check_html}


def faults(path):
    """What is missing in a file, in the order in which it is found."""
    path = pathlib.Path(path)
    file = File(path)
    CHECKS[path.suffix](file)
    return file.faults


if __name__ == "__main__":
    assert len(sys.argv) > 1, __doc__
    wrong = 0
    for argument in sys.argv[1:]:
        found = faults(argument)
        wrong += len(found)
        for fault in found:
            print(f"{argument}: {fault}")
    print(f"{len(sys.argv) - 1} files, {wrong} faults")
    sys.exit(1 if wrong else 0)
