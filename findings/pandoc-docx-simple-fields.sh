#!/bin/sh
# pandoc drops what a .docx shows through a field in its short form (w:fldSimple), without a warning: a caption whose number
# is such a field, "Table 1: children", comes out as "Table : children". The same field in its long form (w:fldChar begin,
# instruction, separate, shown words, end) is kept. Both are of ISO/IEC 29500, and LibreOffice 7.4 shows both.
#
# Seen on 28 November 2026 with pandoc 3.6.1 (PyPI pypandoc_binary 1.15), and with 2.17.1.1 as Debian 12 has it:
#   short: Table : children
#   long: Table 1: children
# Whoever writes .docx for others to convert has to use the long form. Exits 1 if this changes.
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
cd "$home"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install pypandoc_binary==1.15
cat > write.py <<'PY'
import zipfile

import pypandoc

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def run(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def mark(kind):
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


number = "SEQ Table \\* ARABIC"
fields = {
    "short": f'<w:fldSimple w:instr="{number}">{run("1")}</w:fldSimple>',
    "long": f'{mark("begin")}<w:r><w:instrText>{number}</w:instrText></w:r>{mark("separate")}{run("1")}{mark("end")}',
}
for form, field in fields.items():
    with zipfile.ZipFile(f"{form}.docx", "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="{KIND}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{WORDS}"><w:body><w:p>{run("Table ")}{field}{run(": children")}</w:p></w:body></w:document>',
        )
    print(f"{form}: {pypandoc.convert_file(f'{form}.docx', 'plain').strip()}")
PY
venv/bin/python write.py | tee seen.txt
grep -qx 'short: Table : children' seen.txt
grep -qx 'long: Table 1: children' seen.txt
