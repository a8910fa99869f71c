"""Writes the tables in harness/model/text that the tokenizer's text cleaning looks things up in.

Usage: make_text_tables.py FOLDER      (FOLDER: harness/model/text)
Run it with the interpreter of the parity environment (make parity makes it: Python 3.11, whose unicodedata is 14.0.0;
ftfy and regex as pinned in tests/parity/requirements.txt). It writes facts only: which characters are in which class,
what a byte or a name stands for.
"""
import html.entities
import pathlib
import sys
import unicodedata

import regex
from ftfy.badness import MOJIBAKE_CATEGORIES
from ftfy.chardata import CHARMAP_ENCODINGS, UTF8_CLUES

if unicodedata.unidata_version != "14.0.0":
    sys.exit(f"unicodedata is {unicodedata.unidata_version}, not 14.0.0 (run this with Python 3.11)")
folder = pathlib.Path(sys.argv[1])
END = 0x110000


def write(name, body):
    text = '// Made by scripts/make_text_tables.py; not edited by hand.\n// clang-format off: tables\n#include "model/text/tables.hpp"\n\n'
    (folder / name).write_text(text + "namespace lacuna::text {\n\n" + body + "\n}  // namespace lacuna::text\n")


def lines(words, separator=" ", indent="", width=100):
    out, line = [], indent
    for word in words:
        if len(line) + len(word) + len(separator) > width:
            out.append(line.rstrip())
            line = indent
        line += word + separator
    return "\n".join(out + [line.rstrip()])


def runs(code_points):
    out = []
    for c in sorted(code_points):
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def html_names():
    names = html.entities.html5
    words = []
    for name in sorted(n[:-1] for n in names if n.endswith(";")):
        if name in names:
            assert names[name] == names[name + ";"]
        value = "+".join(f"{ord(c):X}" for c in names[name + ";"])
        words.append(name + ("*" if name in names else "") + " " + value)
    assert len([n for n in names if not n.endswith(";")]) == sum("*" in w for w in words)
    write("html_names.cpp", 'const std::string_view kHtmlNames = R"(\n' + lines(words) + '\n)";\n')


def code_pages():
    pages = []
    for encoding in CHARMAP_ENCODINGS[1:]:
        decoded = bytes(range(256)).decode(encoding)
        assert len(set(decoded)) == 256
        sloppy = encoding.startswith("sloppy-")
        assert all(ord(c) == b or (sloppy and b == 0x1A) for b, c in enumerate(decoded[:128]))
        values = lines([f"0x{ord(c):X}" for c in decoded[128:]], ", ", "      ").rstrip(",")
        pages.append(f'    {{"{encoding.removeprefix("sloppy-")}", {str(sloppy).lower()}, {{\n{values}}}}},\n')
    write("code_page_tables.cpp", f"const std::array<CodePageTable, {len(pages)}> kCodePageTables{{{{\n" + "".join(pages) + "}};\n")


def spelled(c):
    plain = chr(c).isprintable() and not unicodedata.combining(chr(c)) and chr(c) not in '\\"-'
    return chr(c) if plain else f"\\u{c:04X}"


def members(pattern):
    one = regex.compile("[" + pattern + "]")
    out = ""
    for first, last in runs(c for c in range(0x10000) if one.match(chr(c))):
        if last - first < 3:
            out += "".join(map(spelled, range(first, last + 1)))
        else:
            out += spelled(first) + "-" + spelled(last)
    return out


def mojibake_classes():
    rows = [(name, members(pattern)) for name, pattern in MOJIBAKE_CATEGORIES.items()]
    for name, pattern in UTF8_CLUES.items():
        name = name.replace("utf8_first_of_", "lead_of_").replace("utf8_continuation", "continuation")
        rows.append((name, members(pattern)))
    body = f"const std::array<CharacterClassTable, {len(rows)}> kCharacterClasses{{{{\n"
    for name, text in rows:
        body += f"    {{CharacterClass::{name},\n"
        characters = regex.findall(r"\\\\u....|.", text)  # an escape is never cut in two
        body += "\n".join(f'     U"{line}"' for line in lines(characters, "", width=80).split("\n")) + "},\n"
    write("mojibake_classes.cpp", body + "}};\n")


def unicode_changes():
    unassigned_now = regex.compile(r"\p{Cn}")
    letter, number = regex.compile(r"\p{L}"), regex.compile(r"\p{N}")
    new = [[a, b] for a, b in runs(c for c in range(END) if unicodedata.category(chr(c)) == "Cn")
           if any(not unassigned_now.match(chr(c)) for c in range(a, b + 1))]
    inside = [c for a, b in new for c in range(a, b + 1)]
    for c in range(END):  # nothing else changed
        kind = unicodedata.category(chr(c))[0]
        assert kind == "C" or (kind == "L") == bool(letter.match(chr(c))) and (kind == "N") == bool(number.match(chr(c)))

    def table(name, ranges):
        ranges = list(ranges)
        values = lines([f"{{0x{a:X}, 0x{b:X}}}" for a, b in ranges], ", ", "    ").rstrip(",")
        return f"const std::array<CodePointRange, {len(ranges)}> {name}{{{{\n{values}}}}};\n"

    write("unicode_changes.cpp", table("kUnassignedIn14", new) + "\n" +
          table("kNewLetters", runs(c for c in inside if letter.match(chr(c)))) + "\n" +
          table("kNewNumbers", runs(c for c in inside if number.match(chr(c)))))


html_names()
code_pages()
mojibake_classes()
unicode_changes()
