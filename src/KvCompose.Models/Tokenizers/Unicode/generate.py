"""Writes unicode.bin from the files of the Unicode Character Database.

Usage: python3 generate.py FOLDER OUTPUT
FOLDER holds one folder per version, named 8, 9, 16 and 17, each with UnicodeData.txt; 16 also has Scripts.txt, CaseFolding.txt and
PropList.txt. Regular expressions follow Unicode 16, lower case Unicode 17, normal forms and accents Unicode 9, BERT's categories and the set of characters
with a script Unicode 8, as the published tokenizer libraries do.

Every number is a LEB128 varint. A table of ranges is a count, then per range the distance from the end of the one before, the length
and the value. UnicodeTables.cs reads the sections in the same order.
"""
import sys
import unicodedata

MAX = 0x110000
out = bytearray()


def number(value):
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def ranges(values):
    """values: one integer or None per code point."""
    found, start = [], 0
    while start < MAX:
        value, end = values[start], start
        while end < MAX and values[end] == value:
            end += 1
        if value is not None:
            found.append((start, end, value))
        start = end
    number(len(found))
    last = 0
    for start, end, value in found:
        number(start - last)
        number(end - start)
        number(value)
        last = end


def fields(version, name):
    with open(f"{sys.argv[1]}/{version}/{name}.txt", encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if line:
                yield [field.strip() for field in line.split(";")]


def span(text):
    first, _, last = text.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def characters(version):
    first = None
    for row in fields(version, "UnicodeData"):
        point = int(row[0], 16)
        if row[1].endswith("First>"):
            first = point
            continue
        for each in range(first if first is not None else point, point + 1):
            yield each, row
        first = None


def categories(version):
    values = ["Cn"] * MAX
    for point, row in characters(version):
        values[point] = row[2]
    return values


def scripts(version):
    values = [None] * MAX
    for points, name in fields(version, "Scripts"):
        for point in span(points):
            values[point] = name
    return values


def entries(table):
    number(len(table))
    last = 0
    for point in sorted(table):
        number(point - last)
        number(len(table[point]))
        for value in table[point]:
            number(value)
        last = point


CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Cn".split()
now = categories("16")
ranges([CATEGORIES.index(category) for category in now])

extra = [None] * MAX
bits = {"Other_Alphabetic": 1, "Other_Lowercase": 2, "Other_Uppercase": 4}
for points, name in fields("16", "PropList"):
    for point in span(points) if name in bits else ():
        extra[point] = (extra[point] or 0) | bits[name]
ranges(extra)

table = scripts("16")
names = sorted({name for name in table if name})
number(len(names))
for name in names:
    data = name.encode("ascii")
    number(len(data))
    out.extend(data)
ranges([None if name is None else names.index(name) for name in table])

old = categories("8")
ranges([1 if category != "Cn" else None for category in old])
ranges([1 if category[0] == "P" else None for category in old])
ranges([1 if category in ("Cc", "Cf", "Co") else None for category in old])

ranges([1 if category == "Mn" else None for category in old])
ranges([1 if category[0] == "M" else None for category in categories("9")])

classes, decompositions, compositions = [None] * MAX, {}, {}
for point, row in characters("9"):
    if row[3] != "0":
        classes[point] = int(row[3])
    if row[5]:
        parts = row[5].split()
        compatible = parts[0].startswith("<")
        parts = [int(part, 16) for part in parts[compatible:]]
        decompositions[point] = [int(compatible)] + parts
        # The database's list of exclusions is what the runtime's own NFC refuses to compose.
        if not compatible and len(parts) == 2 and unicodedata.normalize("NFC", chr(point)) == chr(point):
            compositions[point] = parts
ranges(classes)
entries(decompositions)
entries(compositions)

lower = {point: [int(row[13], 16)] for point, row in characters("17") if row[13]}
lower[0x130] = [0x69, 0x307]
entries(lower)

folding = {}
for point, status, target, *_ in fields("16", "CaseFolding"):
    if status in "CF":
        folding[int(point, 16)] = [int(part, 16) for part in target.split()]
entries(folding)

with open(sys.argv[2], "wb") as file:
    file.write(out)
print(len(out), "bytes")
