"""Small files of the formats banks keep their documents in, for tests of ingestion."""

from __future__ import annotations

import io

import docx
import openpyxl

HTML = """<html><head><title>费用</title>
<style>.x{display:none} .d{background:#003;color:#fff}</style>
</head><body><!-- 密语 --><h1>个人业务收费</h1>
<p>转账<b>免费</b>。<sup><a href="#n1">1</a></sup></p>
<div class=x>密语</div><p style="color:white">密语</p><p class=d>深底白字</p>
<ul><li>甲<ul><li>乙</li></ul><li>丙</ul>
<table><thead><tr><th rowspan=2>项目<th colspan=2>标准</tr>
<tr><th>手机<th>柜面</tr></thead>
<tr><td rowspan=2>转账<td>0元<td>5元<sup><a href="#n1">1</a></sup></tr>
<tr><td>1元<td>6元</tr></table>
<ol><li id=n1>仅限境内。<a href="#r1">↩</a></li></ol></body></html>"""


def word() -> bytes:
    """Headings, lists, a table with a merged cell, hidden and white text."""
    file = docx.Document()
    file.add_heading("车贷办理说明", 0)
    file.add_heading("利率", 1)
    file.add_paragraph("年利率3.85%起。")
    file.add_paragraph("第一条", style="List Bullet")
    paragraph = file.add_paragraph("看得见")
    paragraph.add_run("密语").font.hidden = True
    paragraph.add_run("密语").font.color.rgb = docx.shared.RGBColor(255, 255, 255)
    table = file.add_table(3, 2)
    for y, row in enumerate((("期限", "利率"), ("一年", "3.85%"), ("", "4.00%"))):
        for x, text in enumerate(row):
            table.cell(y, x).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    return _saved(file)


def workbook() -> bytes:
    """A caption, two rows of headings, percentages, a hidden row and a hidden sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "费率"
    for row in (
        ["海岳银行费率表"],
        ["项目", "个人", None],
        [None, "手机", "柜面"],
        ["转账", 0, 5],
        ["密语", 1, 1],
        ["利率", 0.0105, 0.011],
        ["注：仅限境内。"],
    ):
        sheet.append(row)
    for area in ("A1:C1", "B2:C2", "A2:A3"):
        sheet.merge_cells(area)
    for place in ("B6", "C6"):
        sheet[place].number_format = "0.00%"
    sheet.row_dimensions[5].hidden = True
    secret = book.create_sheet("暗页")
    secret["A1"] = "密语"
    secret.sheet_state = "hidden"
    return _saved(book)


def pdf(*pages: str) -> bytes:
    """Pages of Latin text: lines, each drawn 20 points below the last; `#` white, `!` large."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1"
               b" /BaseFont /Helvetica >>"]  # fmt: skip
    kids: list[int] = []
    for page in pages:
        drawn = []
        for number, line in enumerate(page.splitlines()):
            color = "1 g" if line.startswith("#") else "0 g"
            size = 20 if line.startswith("!") else 10
            text = line.lstrip("#!").replace("(", r"\(").replace(")", r"\)")
            drawn.append(f"BT {color} /F1 {size} Tf 72 {760 - 24 * number} Td ({text}) Tj ET")
        stream = "\n".join(drawn).encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(len(objects))
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def _saved(file: docx.document.Document | openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()
