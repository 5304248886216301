"""Whether `check.py` can fail: spoils copies of good files in one way each, and asks for the fault by its words.

    python3 spoil.py SAMPLE.docx SAMPLE.xlsx SAMPLE.ods SAMPLE.html
"""

import pathlib
import re
import sys
import tempfile
import zipfile

import check

# What is spoiled in which part (a page has none), as a pattern and what takes its place (once), and the words of the fault.
SPOILED = {
    ".docx": [
        ("docProps/core.xml", "<dc:title>.*?</dc:title>", "", "properties: no title"),
        ("docProps/core.xml", "<dc:language>.*?</dc:language>", "", "properties: no language"),
        ("word/styles.xml", "<w:lang [^>]*/>", "", "styles: no language"),
        ("word/document.xml", '"Title"', '"BodyText"', "does not begin with its one title"),
        ("word/document.xml", '"Heading2"', '"Heading3"', "a heading of level 3 follows one of level 1"),
        ("word/document.xml", "<w:tblHeader/>", "", "no header row is marked"),
        ("word/document.xml", "(<w:cantSplit/>)(?=</w:trPr>)", r"\1<w:tblHeader/>", "more than one header row"),
        ("word/document.xml", 'w:firstColumn="1"', 'w:firstColumn="0"', "no headings of rows"),
        ("word/document.xml", "<w:gridCol [^>]*/>", "", "cells in a grid of"),
        ("word/document.xml", "(<w:tcPr>)", r'\1<w:gridSpan w:val="2"/>', "merged cells"),
        ("word/document.xml", r"\[c\](?=</w:t>)", "", "an empty cell"),
        ("word/document.xml", r"\[c\] means", "c is", "[c] is not explained"),
        ("word/document.xml", r"(?<=>)\[note 2\] ", "", "[note 2] is not explained"),
        ("word/document.xml", '(<wp:docPr [^>]*descr=)"[^"]*"', r'\1" "', "no alternative text"),
        ("word/document.xml", "wp:inline", "wp:anchor", "a picture outside the text", 0),
        ("word/_rels/document.xml.rels", "media/figure1.emf", "media/other.png", "its bytes are not in the file"),
    ],
    ".xlsx": [
        ("docProps/core.xml", "<dc:title>.*?</dc:title>", "", "properties: no title"),
        ("docProps/core.xml", "<dc:language>.*?</dc:language>", "", "properties: no language"),
        ("xl/workbook.xml", 'name="Cover"', 'name="Front"', "does not begin with Cover"),
        ("xl/workbook.xml", 'name="Notes"', 'name="Remarks"', "does not begin with Cover"),
        ("xl/workbook.xml", 'name="Table 2"', 'name="Table 9"', "not in the contents"),
        ("xl/workbook.xml", "(<sheet name=\"Table 1\")", r'\1 state="hidden"', "Table 1: hidden"),
        ("xl/workbook.xml", r"('Table 1'!\$A:\$A,'Table 1'!\$)", r"\g<1>9", "are not repeated when it is printed"),
        ("xl/tables/table4.xml", 'ref="', 'headerRowCount="0" ref="', "the header row is not that of its table"),
        ("xl/tables/table4.xml", '<tableColumn id="1" name="[^"]*"', '<tableColumn id="1" name="Other"', "the header row is not that of its table"),
        ("xl/worksheets/_rels/sheet5.xml.rels", "<Relationship .*?/>", "", "no table with a marked header row"),
        ("xl/worksheets/sheet5.xml", "(</sheetData>)", r'\1<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>', "merged cells"),
        ("xl/worksheets/sheet5.xml", "<c r=\"B7\".*?</c>", "", "an empty cell in row 7"),
        ("xl/worksheets/sheet5.xml", '<row r="2".*?</row>', "", "an empty row"),
        ("xl/worksheets/sheet5.xml", "<sheetData>.*</sheetData>", "<sheetData/>", "empty, or no title in A1"),
        ("xl/worksheets/sheet5.xml", r'<c r="B7"( s="\d+")><v>.*?</v></c>', r'<c r="B7"\1 t="inlineStr"><is><t>1,310</t></is></c>', "is stored as text"),
        ("xl/worksheets/sheet5.xml", "(</row><row r=\"3\")", r'<c r="D2" t="inlineStr"><is><t>beside</t></is></c>\1', "cells outside the table"),
        ("xl/sharedStrings.xml", r"<t>\[low\]</t>", "<t>[zz]</t>", "[low] is not explained"),
        ("xl/sharedStrings.xml", r"<t>\[note 2\]</t>", "<t>Note 2</t>", "[note 2] is not explained"),
        ("xl/styles.xml", '(<patternFill patternType=")gray125', r"\1solid", "filled with colour"),
    ],
    ".ods": [
        ("meta.xml", "<dc:title>.*?</dc:title>", "", "properties: no title"),
        ("meta.xml", "<dc:language>.*?</dc:language>", "", "properties: no language"),
        ("styles.xml", ' fo:language="en" fo:country="GB"', "", "styles: no language"),
        ("styles.xml", "(<style:table-cell-properties)", r'\1 fo:background-color="#ffff00"', "filled with colour"),
        ("content.xml", 'table:name="Cover"', 'table:name="Front"', "does not begin with Cover"),
        ("content.xml", 'table:name="Table 2"', 'table:name="Table 9"', "not in the contents"),
        ("content.xml", "</?table:table-header-rows>", "", "the header row of print is not that of its table", 0),
        ("content.xml", 'table:contains-header="true"', 'table:contains-header="false"', "the header row of print is not that of its table"),
        ("content.xml", "<table:database-ranges>.*</table:database-ranges>", "", "no table with a marked header row"),
        ("content.xml", "</?table:table-header-columns>", "", "no headings of rows", 0),
        ("content.xml", "(<table:table-cell)", r'\1 table:number-columns-spanned="2"', "merged cells"),
        ("content.xml", "(<text:p>)North(</text:p>)", r"\1\2", "an empty cell"),
        ("content.xml", 'office:value-type="float" office:value="[^"]*"', 'office:value-type="string"', "is stored as text"),
        ("content.xml", r"(<text:p>)\[low\](</text:p></table:table-cell><table:table-cell[^>]*><text:p>rounds)", r"\1[zz]\2", "[low] is not explained"),
        ("content.xml", r"(<text:p>)\[note 2\](</text:p>)", r"\1Note 2\2", "[note 2] is not explained"),
        ("content.xml", "(</table:table-header-rows>)", r'\1<table:table-row><table:table-cell/></table:table-row>', "an empty row"),
    ],
    ".html": [
        (None, "<!DOCTYPE html>\n", "", "no document type"),
        (None, ' lang="en-GB"', "", "no language"),
        (None, "<title>.*?</title>", "<title> </title>", "no title"),
        (None, '<meta charset="utf-8"/>', "", "no character encoding"),
        (None, "initial-scale=1", "initial-scale=1, maximum-scale=1", "cannot be enlarged"),
        (None, "</body>", "<script>1</script></body>", "an element that runs or fetches (script)"),
        (None, "</head>", '<link rel="stylesheet" href="https://example.org/a.css"/></head>', "an element that runs or fetches (link)"),
        (None, "<main", '<main onclick="x()"', "an attribute that runs (onclick)"),
        (None, 'src="data:[^"]*"', 'src="https://example.org/a.png"', "something is fetched from elsewhere"),
        (None, "<style>", "<style>@import 'a.css'; ", "a style that fetches"),
        (None, 'href="https://www.gov.uk/guidance"', 'href="javascript:x()"', "an address that is no link"),
        (None, 'id="section-2"', 'id="section-1"', "an id is there twice"),
        (None, '(<nav.*?)href="#section-2"', r'\1href="#section-99"', "leads to #section-99, which is not there"),
        (None, '<a class="skip".*?</a>', "", "does not begin with a link to its one main part"),
        (None, "(<nav.*?)<li>.*?</li>", r"\1", "is not in the contents"),
        (None, "<h1>(.*?)</h1>", r"<p>\1</p>", "the page does not begin with its one title"),
        (None, "<h3([^>]*>.*?)</h3>", r"<h4\1</h4>", "a heading of level 4 follows one of level 2"),
        (None, "(<h3[^>]*>).*?</h3>", r"\1</h3>", "an empty heading"),
        (None, "<caption.*?</caption>", "", "table 1: no caption"),
        (None, 'scope="col"', "", "a heading without its scope"),
        (None, '(<tbody><tr>)<th scope="row">(.*?)</th>', r"\1<td>\2</td>", "a row without its heading"),
        (None, "(<tbody><tr>)", r"\1<td>beside</td>", "cells under"),
        (None, '<td class="figure"', '<td class="figure" colspan="2"', "merged cells"),
        (None, r'(<td class="figure">)\[c\]', r"\1", "an empty cell"),
        (None, ' tabindex="0"', "", "that the keyboard can scroll"),
        (None, r"\[c\] means", "c is", "[c] is not explained", 0),
        (None, '(<a class="note" href=")#note-2', r"\1#note-1", "[note 2] is not explained"),
        (None, '<a class="note"[^>]*>(.*?)</a>', r"\1", "does not lead to its note"),
        (None, '(<svg[^>]*) aria-label="[^"]*"', r"\1", "no alternative text"),
        (None, '(<img[^>]*) alt="[^"]*"', r'\1 alt=" "', "no alternative text"),
        (None, "<figcaption>.*?</figcaption>", "", "no caption"),
        (None, "<figure>(.*?)</figure>", r"<div>\1</div>", "not in a figure"),
    ],
}


def spoil(source, target, part, pattern, instead, count):
    """A copy in which a pattern of a part, or of all of a page, is replaced."""
    if part is None:
        text, done = re.subn(pattern, instead, source.read_text(encoding="utf-8"), count=count, flags=re.DOTALL)
        assert done, f"the page has no {pattern}"
        target.write_text(text, encoding="utf-8")
        return
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            if one.filename == part:
                text, done = re.subn(pattern, instead, data.decode(), count=count, flags=re.DOTALL)
                assert done, f"{part} has no {pattern}"
                data = text.encode()
            new.writestr(one, data)


def main(samples):
    tried = 0
    with tempfile.TemporaryDirectory() as folder:
        for sample in map(pathlib.Path, samples):
            assert not check.faults(sample), f"{sample} is not a good one"
            for part, pattern, instead, fault, *count in SPOILED[sample.suffix]:
                copy = pathlib.Path(folder) / f"spoiled{sample.suffix}"
                spoil(sample, copy, part, pattern, instead, *(count or [1]))
                found = check.faults(copy)
                assert any(fault in one for one in found), f"{part}, {pattern}: expected {fault!r}, found {found}"
                tried += 1
    print(f"{tried} spoiled copies, each found out")


if __name__ == "__main__":
    assert len(sys.argv) > 1, __doc__
    main(sys.argv[1:])
