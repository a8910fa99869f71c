"""What OpenAI's tokenizer for CLIP makes of many strings: usage: make_text.py FOLDER [--golden FILE]

FOLDER/text.json lists [string, after ftfy.fix_text, words, ids]; FOLDER/surrogates.json lists [code points, after
ftfy.fix_text] of strings that UTF-8 has no bytes for; FOLDER/merges.txt is CLIP's vocabulary file. With --golden: a few
hundred of the strings, for the tests that run without Python.

The reference is put together from what OpenAI's code is made of (ftfy, html, regex, the vocabulary), with byte-pair
encoding written anew; on the strings without special words it must equal open_clip's copy of OpenAI's code.
"""

import gzip
import html
import json
import random
import sys
import unicodedata
from functools import lru_cache
from pathlib import Path

import ftfy
import ftfy.bad_codecs
import open_clip.tokenizer
import regex
from ftfy.badness import MOJIBAKE_CATEGORIES
from ftfy.chardata import UTF8_CLUES, WIDTH_MAP

ftfy.bad_codecs.ok()
rng = random.Random(4)

# ---- the reference ----

PATTERN = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", regex.IGNORECASE
)
MERGES = gzip.open(open_clip.tokenizer.default_bpe()).read().decode().split("\n")[1 : 49152 - 256 - 2 + 1]
RANKS = {tuple(merge.split()): rank for rank, merge in enumerate(MERGES)}
BYTES = open_clip.tokenizer.bytes_to_unicode()
SYMBOLS = list(BYTES.values())
SYMBOLS = SYMBOLS + [s + "</w>" for s in SYMBOLS] + [m.replace(" ", "") for m in MERGES]
IDS = {symbol: i for i, symbol in enumerate(SYMBOLS)}
SPECIAL = {"<|startoftext|>": [len(SYMBOLS)], "<|endoftext|>": [len(SYMBOLS) + 1]}


@lru_cache(maxsize=None)
def bpe(word):
    if word in SPECIAL:
        return SPECIAL[word]
    parts = [BYTES[b] for b in word.encode()]
    parts[-1] += "</w>"
    while len(parts) > 1:
        best = min(zip(parts, parts[1:]), key=lambda pair: RANKS.get(pair, len(RANKS)))
        if best not in RANKS:
            break
        merged, at = [], 0
        while at < len(parts):
            if tuple(parts[at : at + 2]) == best:
                merged.append(parts[at] + parts[at + 1])
                at += 2
            else:
                merged.append(parts[at])
                at += 1
        parts = merged
    return [IDS[part] for part in parts]


def reference(text):
    fixed = ftfy.fix_text(text)
    clean = html.unescape(html.unescape(fixed)).strip()
    clean = regex.sub(r"\s+", " ", clean).strip().lower()
    words = PATTERN.findall(clean)
    return [text, fixed, words, [i for word in words for i in bpe(word)]]


# ---- strings ----

SENTENCES = """The café’s “soup du jour” — naïve façade; it’s £3.50 … or €4?
Příliš žluťoučký kůň úpěl ďábelské ódy
Zażółć gęślą jaźń, łódź i źdźbło
Árvíztűrő tükörfúrógép
Fiżżjoni u ħobż — Malti
Ångström är en svensk enhet; smörgåsbord på köket
Høyre og venstre, blåbærsyltetøy på brød
Þórður fékk sér kaffi í Reykjavík
İstanbul’da ılık çay ve şeker, ğüzel
Ātri bēgt, ļoti žēl, ķēniņš ūdenī
Įlinkdama fechtuotojo špaga sublykčiojusi
Pójdźże, kiń tę chmurność w głąb flaszy
Съешь же ещё этих мягких французских булок, да выпей чаю
Україна — це «Європа», їжак ґанок
Љубазни фењерџија чађавог лица хоће да ми покаже штос
Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, Όμηρος ΐ ΰ
זה כיף סתם לשמוע איך תנצח קרפד עץ טוב
نص حكيم له سر قاطع وذو شأن عظيم
ऋषियों को सताने वाले दुष्ट राक्षसों
ความรักของแม่ที่มีต่อลูก
いろはにほへと ちりぬるを カタカナ ﾊﾝｶｸ
我能吞下玻璃而不傷身體。
키스의 고유조건은 입술끼리 만나야 하고
Tiếng Việt: Con sói và bảy chú dê
à la carte, voilà, là-bas, às vezes, àquele, à quel point
Já não há àquilo, São João, coração, avó à porta
¿Dónde está la biblioteca? ¡Olé! España № 5 – 20 °C
Schöne Grüße aus Österreich, Straße, Übermut
Ceci n’est pas une pipe… «l’œuvre» œuf Œdipe
½ cup × 2 ± 3µm ≤ 4² ≠ ∞ √9 ∑ ∫ ≈ π
👍🏽 👨‍👩‍👧‍👦 🇩🇪🇫🇷 🏴󠁧󠁢󠁷󠁬󠁳󠁿 ❤️ ☃︎ 🤷🏾‍♀️ 1️⃣
‘single’ ‚low‛ “double” „low‟ ʼn ŉ ﬁ ﬂ ﬀ ﬃ ﬄ ﬅ ﬆ Ĳ ĳ Ǆ ǅ ǆ Ǉ ǈ ǉ Ǌ ǋ ǌ Ǳ ǲ ǳ
ＦＵＬＬ　ｗｉｄｔｈ １２３！？ ￥ ￦ ￣ ﾡ ￩
│┌─┐└┘ ═╬╣ ▀▄█ ▌▐ ░▒▓
(´･ω･`) ಠ_ಠ ¯\\_(ツ)_/¯ ヽ(°〇°)ﾉ ٩(◕‿◕)۶ щ(゚Д゚щ)""".split("\n")
PAGES = ["latin-1", "iso-8859-2", "macroman", "cp437"] + [f"sloppy-windows-{n}" for n in (1250, 1251, 1252, 1253, 1254, 1257)]
OTHER_PAGES = ["cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1257", "ascii", "iso-8859-1", "iso-8859-15", "koi8-r", "cp850"]
NAMES = """golden retriever|Siamese cat|2012 BMW M3 coupe|Boeing 737-800|McDonnell Douglas DC-9-30|Cessna 172|king's flower
bird's-eye view|snapdragon|Bishop of Llandaff|English marigold|globe thistle|love in the mist|crème brûlée|chili con carne
jalapeño poppers|Saint Bernard|Staffordshire bull terrier|Rolls-Royce Phantom Drophead Coupé 2012|Dodge Ram Pickup 3500
A340-300|C-130|MD-11|Spyker C8|black-eyed susan|bird of paradise|Volkswagen Beetle|Citroën 2CV|smart fortwo""".replace("\n", "|").split("|")
PROMPTS = ["a photo of a {}.", "{}", "A {}, a type of pet.", "itap of my {}", "a low-res {} - they're {}'s", "THE {}!?", "a {}\tin\r\n{}"]
SPACES = [chr(c) for c in range(0x110000) if chr(c).isspace()]
ASSIGNED = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
MARKS = [c for c in ASSIGNED if unicodedata.combining(chr(c))]
COMPOSED = [c for c in ASSIGNED if unicodedata.decomposition(chr(c)) and not 0xAC00 <= c <= 0xD7A3]
CASED = [c for c in ASSIGNED if chr(c).lower() != chr(c) or chr(c).upper() != chr(c)]
EMOJI = "👍👨👩👧🏽🏿🤷❤☃🇩🇪🇫🇷🏴🎉💩1#" + "\u200d\ufe0f\ufe0e\u20e3\U0001f3fb\U000e0067\U000e007f"


def members(pattern):
    one = regex.compile("[" + pattern + "]")
    return [chr(c) for c in range(0x10000) if one.match(chr(c))]


CLASSES = [members(p) for p in MOJIBAKE_CATEGORIES.values()]
CLUES = [members(p) for p in UTF8_CLUES.values()]
LITERAL = list("ÂÃÎÐØÙà√≈‚Äâóв€ЂВГРСΒΓΞΟГўВЂВβāœŒ×°µ®™· \u00a0azAZ.,?!\n\x1c")


def some(count, make):
    for _ in range(count):
        yield make()


def read_as(text, page, lossy="strict"):
    return text.encode("utf-8").decode(page, lossy)


def piece(text, least=1):
    begin = rng.randrange(len(text))
    return text[begin : begin + rng.randint(least, 40)]


def mojibake():
    text = rng.choice(SENTENCES)
    if rng.random() < 0.7:
        text = piece(text, 3)
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
        page = rng.choice(PAGES) if rng.random() < 0.85 else rng.choice(OTHER_PAGES)
        text = read_as(text, page, rng.choice(["strict", "replace"]) if page in PAGES else "replace")
        damage = rng.random()
        if damage < 0.1:
            text = text.replace("\u00a0", " ")
        elif damage < 0.15:
            text = text.replace("\u00ad", "").replace("\u0081", "")
        elif damage < 0.2:
            text = text.replace(rng.choice(text), "\ufffd")
        elif damage < 0.25:
            text = text.replace(rng.choice(text), "?")
        elif damage < 0.3:
            text = text.replace("\ufffd", "\x1a")
    around = rng.random()
    if around < 0.1:
        text = piece(rng.choice(SENTENCES)) + " " + text
    elif around < 0.2:
        text += " " + piece(rng.choice(SENTENCES))
    elif around < 0.3:
        text = piece(text)
    elif around < 0.35:
        text = rng.choice([str.upper, str.lower, str.title])(text)
    elif around < 0.4:
        text = html.escape(text) if rng.random() < 0.5 else "".join(f"&#{ord(c)};" for c in text)
    elif around < 0.45:
        text += "\n" + text[:7] + rng.choice(["\n", "\r\n", "\u2028", "\x85"])
    return text


def cesu():
    bytes_ = b""
    for c in rng.choice(["💩 ok", "a🤷", "é😀", "\0é", "ü\0", "À\n"]) + piece(rng.choice(SENTENCES)):
        if ord(c) > 0xFFFF:
            bytes_ += c.encode("utf-16-be").decode("utf-16-be").encode("utf-8") if rng.random() < 0.3 else b"".join(
                chr(0xD800 + half).encode("utf-8", "surrogatepass")
                for half in ((ord(c) - 0x10000) >> 10, 0x400 + ((ord(c) - 0x10000) & 0x3FF))
            )
        else:
            bytes_ += b"\xc0\x80" if c == "\0" else c.encode()
    bytes_ += rng.choice([b"", b"\xc0\n", b"\xc0", b"\xed\xa0", b"\xc0\x80\n", b"\xed\xa0\x80", b"\xed\n"])
    if rng.random() < 0.2:
        bytes_ = bytes_.replace(bytes_[-2:-1], b"\x1a")
    return bytes_.decode(rng.choice(PAGES))


def random_bytes():
    return bytes(rng.choice([*range(256), *range(0xC0, 0xF5), *([0xA0, 0x20, 0x1A, 0xC3, 0xE2, 0xED, 0xC0] * 8)]) for _ in range(rng.randint(2, 20))).decode(
        rng.choice(PAGES)
    )


def of_classes():
    return "".join(rng.choice(rng.choice([*CLASSES, LITERAL, LITERAL])) for _ in range(rng.randint(2, 9)))


def of_clues():
    first2, first3, first4, tail, strict = CLUES
    out = ""
    for _ in range(rng.randint(1, 6)):
        kind = rng.randrange(6)
        tails = tail if rng.random() < 0.7 else strict
        if kind < 3:
            out += rng.choice([first2, first3, first4][kind]) + "".join(rng.choice(tails) for _ in range(kind + 1))
        else:
            out += rng.choice([rng.choice(tail), piece(rng.choice(SENTENCES)), rng.choice(rng.choice(CLUES))])
    return out


HTML_NAMES = sorted(html.entities.html5)


def entity():
    kind = rng.randrange(9)
    name = rng.choice(HTML_NAMES)
    if kind < 2:
        return "&" + name
    if kind == 2:
        return "&" + name.rstrip(";") + rng.choice(["", " ", "x", ";", "é", "&", "#", "<"])
    if kind == 3:
        return "&" + rng.choice([name.upper(), name.lower(), name.swapcase()]) + ("" if name[-1] == ";" else ";")
    if kind == 4:
        return f"&#{rng.choice([rng.randrange(300), rng.randrange(0x110000), rng.randrange(10**9)])}" + rng.choice([";", "", " "])
    if kind == 5:
        number = rng.choice([rng.randrange(300), rng.randrange(0x120000), rng.choice(ASSIGNED)])
        return f"&#{rng.choice('xX')}{number:x}" + rng.choice([";", "", "g"])
    if kind == 6:
        return "&amp;" * rng.randint(0, 2) + "&amp;amp;" + name
    if kind == 7:
        return rng.choice(["&", "&;", "&#", "&#;", "&#x;", "&#xg;", "&\t", "&" + "a" * rng.randint(1, 40) + ";", "&lt", "&#0", "&#x80;", "&#1114112;"])
    return rng.choice(["<b>", "</i>", "\n", "x", " ", "&lt;", "&LT;", "&quot;", "&nbsp;", "R&D", "AT&T"])


def block():
    start = rng.choice(ASSIGNED)
    return "".join(chr(c) for c in (start + rng.randint(-40, 40) for _ in range(rng.randint(1, 16))) if c >= 0 and c < 0x110000 and not 0xD800 <= c <= 0xDFFF)


def anywhere():
    return "".join(chr(rng.choice(rng.choice([ASSIGNED, ASSIGNED[:3000], CASED, COMPOSED]))) for _ in range(rng.randint(1, 12)))


def composing():
    out = ""
    for _ in range(rng.randint(1, 5)):
        base = chr(rng.choice(rng.choice([COMPOSED, CASED, ASSIGNED[:2000]])))
        out += unicodedata.normalize(rng.choice(["NFD", "NFC", "NFKD"]), base)
        out += "".join(chr(rng.choice(MARKS)) for _ in range(rng.randrange(4)))
    if rng.random() < 0.2:
        hangul = unicodedata.normalize("NFD", "".join(chr(rng.randint(0xAC00, 0xD7A3)) for _ in range(3)))
        out += "".join(rng.sample(hangul, rng.randint(1, len(hangul)))) + hangul
    return out


def sigma():
    return "".join(rng.choice("ΣΣΣσΑα.'’:\u00ad\u0301 1-AªIİıſK\u2160ʰ\u200d…ΌΣ") for _ in range(rng.randint(2, 14)))


def controls():
    parts = ["\x1b[0m", "\x1b[31;1m", "\x1b[", "\x1b[٣m", "\x1b[3", *map(chr, range(32)), "\x7f", *map(chr, range(0x80, 0xA0)), "\u200b"]
    parts += ["\u200e", "\u202b", "\u206a", "\u206f", "\ufeff", "\ufff9", "\ufffc", "\ufffd", "\ufffe", "\r\n", "\r", "שלום", "abc", "é", "\u2066"]
    return "".join(rng.choice(parts) for _ in range(rng.randint(2, 10)))


def white():
    return "".join(rng.choice([*SPACES, "a", "É", "1", "!", "\u200b", "\u180e"]) for _ in range(rng.randint(1, 12)))


def contractions():
    parts = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "’S", "'RE", "'Ve", "'lL", "'ſ", "ʼm", "n't", "''", "it", "we", "1", "!", " ", "don", "<|startoftext|>"]
    parts += ["<|endoftext|>", "<|EndOfText|>", "<|ſtartoftext|>", "<|startoftext", "&lt;|endoftext|&gt;", "|>", "K", "kK", "\u2018ll", "\uff07s"]
    return "".join(rng.choice(parts) for _ in range(rng.randint(1, 9)))


def named():
    text = rng.choice(PROMPTS).replace("{}", rng.choice(NAMES))
    return rng.choice([str, str, str.upper, str.title, str.swapcase])(text)


def wide():
    return "".join(chr(rng.choice([*WIDTH_MAP, *range(0xFF01, 0xFFF0), 0x20, 0x61])) for _ in range(rng.randint(1, 10)))


def long_text():
    parts = [rng.choice([mojibake, named, anywhere, entity, controls, contractions, lambda: rng.choice(SENTENCES)]) for _ in range(rng.randint(20, 120))]
    return rng.choice(["", " ", "\n"]).join(part() for part in parts)


def emoji():
    return "".join(rng.choice(EMOJI) for _ in range(rng.randint(1, 12)))


def everything():
    return "".join(rng.choice(MAKERS)[1]()[:20] for _ in range(rng.randint(2, 4)))


MAKERS = [
    (5000, mojibake), (600, cesu), (1000, random_bytes), (5000, of_classes), (1500, of_clues), (2500, block), (1500, anywhere),
    (1000, composing), (500, sigma), (800, controls), (600, white), (600, contractions), (600, named), (400, wide), (500, emoji),
    (1500, lambda: "".join(entity() for _ in range(rng.randint(1, 5)))),
]  # fmt: skip


def strings():
    yield from SENTENCES
    for sentence in SENTENCES:
        for page in PAGES:
            once = read_as(sentence, page, "replace")
            yield once
            yield from (read_as(once, other, "replace") for other in PAGES[::3])
    for at in range(0, len(HTML_NAMES), 8):
        names = HTML_NAMES[at : at + 8]
        yield " ".join("&" + name for name in names)
        yield " ".join("&" + name.upper() for name in names)
        yield "<" + "".join("&" + name for name in names)
    for at in range(0, 0x180, 8):
        yield " ".join(f"&#{c};&#x{c:x}" for c in range(at, at + 8))
    for at in range(0, len(COMPOSED), 16):
        yield "".join(map(chr, COMPOSED[at : at + 16]))
    for at in range(0, len(CASED), 16):
        yield "".join(map(chr, CASED[at : at + 16]))
    for count, make in MAKERS:
        yield from some(count, make)
    yield from some(1000, everything)
    yield from some(60, long_text)
    yield "lorem " * 400
    yield "z" * 3000
    yield " " * 999990 + "vite, trÃ¨s vite Ã©tÃ© â€” Ã  la carte"  # the first million is a segment of its own


def surrogates():
    halves = [0xD83D, 0xDE00, 0xD800, 0xDFFF, 0xDBFF, 0xDC00]
    return [rng.choice([*halves, rng.randint(0xD800, 0xDFFF), 0x61, 0xE9, 0xC3, 0xA9, 0x26, 0x300]) for _ in range(rng.randint(1, 8))]


def writable(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def write(path, rows):
    path.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows) + "\n]\n")


folder = Path(sys.argv[1])
texts = [text for text in dict.fromkeys(strings()) if writable(text)]
rows = [reference(text) for text in texts]
theirs = open_clip.tokenizer.SimpleTokenizer(clean="lower")
for text, _, words, ids in rows[::7]:  # slow, so only some
    if not any("text" in word and "<" in word or "_of_" in word for word in words):
        assert theirs.encode(text) == ids, repr(text)
write(folder / "text.json", rows)
write(folder / "surrogates.json", [[text, ftfy.fix_text("".join(map(chr, text)))] for text in some(500, surrogates)])
(folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(MERGES) + "\n")
if "--golden" in sys.argv:
    short = [row for row in rows if 2 < len(row[0]) < 60]
    hard = [row for row in short if row[0] != row[1]]
    write(Path(sys.argv[sys.argv.index("--golden") + 1]), rng.sample(hard, 320) + rng.sample(short, 80))
print(f"{len(rows)} strings, {sum(row[0] != row[1] for row in rows)} of them repaired", file=sys.stderr)
