#!/bin/sh
# LibreOffice writes the names of paragraph styles into the tags of a PDF and says of each in the role map that it is a
# paragraph. A style that somebody has named Figure, based on another as styles of a .docx are, is then in the role map too,
# so every picture of the file is said to be a paragraph: in the export to PDF/UA, without a warning, and nothing on the
# pages shows it. (Based on nothing, the style is taken for LibreOffice's own of that name, which is one of captions.)
#
# Seen on 28 November 2026 with LibreOffice 7.4.7.2 (Debian 12, libreoffice-writer), of a document of one paragraph and one
# picture with alternative text, where the paragraph of the picture has a style of this name:
#   Picture: 1 tag of a picture, which is Figure
#   Figure: 2 tags of a picture, which are P
# Whoever makes documents that others export has to keep the names of tags out of the names of styles. Exits 1 if this changes.
set -eu
command -v soffice >/dev/null || { apt-get -qq update && apt-get -qq install -y --no-install-recommends libreoffice-writer; }
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
cd "$home"
cat > write.py <<'PY'
import re
import struct
import subprocess
import zipfile
import zlib

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
types = (
    f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="png" ContentType="image/png"/>'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="{KIND}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{KIND}.styles+xml"/></Types>'
)


def relationships(**targets):
    ones = "".join(f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{target}"/>' for kind, target in targets.items())
    return f'<Relationships xmlns="{PACKAGE}/relationships">{ones}</Relationships>'


picture = (
    '<w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="one" descr="A square."/>'
    f'<a:graphic><a:graphicData uri="{DRAWING}/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="one"/><pic:cNvPicPr/>'
    '</pic:nvPicPr><pic:blipFill><a:blip r:embed="image"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
    "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)
for name in ("Picture", "Figure"):
    style = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="n"><w:name w:val="Normal"/></w:style>'
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="s"><w:name w:val="{name}"/><w:basedOn w:val="n"/></w:style>'
    )
    text = '<w:p><w:r><w:t>Words.</w:t></w:r></w:p>'
    with zipfile.ZipFile(f"{name}.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", relationships(officeDocument="word/document.xml"))
        archive.writestr("word/_rels/document.xml.rels", relationships(styles="styles.xml", image="one.png"))
        archive.writestr("word/one.png", png)
        archive.writestr("word/styles.xml", f'<w:styles xmlns:w="{WORDS}">{style}</w:styles>')
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{WORDS}" xmlns:r="{OFFICE}" xmlns:wp="{DRAWING}/wordprocessingDrawing" xmlns:a="{DRAWING}/main" '
            f'xmlns:pic="{DRAWING}/picture"><w:body>{text}<w:p><w:pPr><w:pStyle w:val="s"/></w:pPr>{picture}</w:p></w:body></w:document>',
        )
    export = 'pdf:writer_pdf_Export:{"PDFUACompliance":{"type":"boolean","value":"true"}}'
    profile = "-env:UserInstallation=file:///" + subprocess.check_output(["pwd"], text=True).strip().lstrip("/") + "/profile"
    subprocess.run(["soffice", profile, "--headless", "--convert-to", export, f"{name}.docx"], check=True, capture_output=True)
    pdf = open(f"{name}.pdf", "rb").read()
    tags = len(re.findall(rb"/S\s*/Figure\b(?!#)", pdf))
    roles = re.findall(rb"/Figure\s*/(\w+)", b"".join(re.findall(rb"/RoleMap\s*<<(.*?)>>", pdf, re.DOTALL)))
    role = roles[0].decode() if roles else "Figure"
    print(f"{name}: {tags} tag{'' if tags == 1 else 's'} of a picture, which {'is' if tags == 1 else 'are'} {role}")
PY
python3 write.py | tee seen.txt
grep -qx 'Picture: 1 tag of a picture, which is Figure' seen.txt
grep -qx 'Figure: 2 tags of a picture, which are P' seen.txt
