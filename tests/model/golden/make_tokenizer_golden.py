"""Writes tokenizer.json: strings and the ids that OpenAI's own tokenizer gives them.

Usage: make_tokenizer_golden.py SIMPLE_TOKENIZER_PY MERGES OUT
SIMPLE_TOKENIZER_PY is clip/simple_tokenizer.py of OpenAI's CLIP repository, MERGES its bpe_simple_vocab_16e6.txt.gz;
ftfy and regex must be importable. Strings that ftfy or HTML unescaping would change are left out.
"""
import importlib.util
import json
import random
import sys

spec = importlib.util.spec_from_file_location("simple_tokenizer", sys.argv[1])
openai = importlib.util.module_from_spec(spec)
spec.loader.exec_module(openai)

FIXED = [
    "", " ", "a", "A", "Hello World!", "a photo of a German short-haired pointer.", "a photo of a EntleBucher.",
    "i love my LAND-ROVER!", "  two   spaces\tand a\nline break  ", "no\u00a0break\u2003spaces\u3000here",
    "don't we'll they've I'm he'd you're it's", "DON'T IT'S WE'LL", "'s", "''s", "rock 'n' roll", "the dogs' bones",
    "o'clock's", "'sup", "can't've", "'", "''", "42", "3.14159", "1,000,000", "year 2024, room 101b", "x2y3", "½ and ²",
    "Ⅷ roman", "٣٤٥", "७८९", "crème brûlée", "naïve façade", "Ångström", "Straße", "STRASSE ẞ", "El Niño", "Łódź",
    "İstanbul", "ΟΔΥΣΣΕΥΣ", "ΑΣ ΣΑ Σ", "Σίσυφος", "ПРИВЕТ мир", "Ёлка", "日本語のテキスト", "北京烤鸭", "한국어 문장",
    "สวัสดีครับ", "नमस्ते दुनिया", "שלום עולם", "مرحبا بالعالم", "😀", "🐶🐱", "👨‍👩‍👧‍👦", "🇩🇪 flag", "❤️ heart", "👍🏽 ok",
    "!!!", "?!...", "#hashtag @user", "e-mail: a.b@c.org", "path/to/file.txt", "C++20 & C#", "100% of $5", "€12 £3 ¥4",
    "(round) [square] {curly}", "a_b__c", "~^|\\`", "+-*/=", "--", "—", "…and so on", "<|startoftext|>", "<|endoftext|>",
    "a <|endoftext|> b", "<|STARTOFTEXT|>", "!<|endoftext|>", "<|endoftext|><|endoftext|>", "<|endoftext", "< | >",
    "Reno Captur", "Mazda 3 Xingcheng hatchback", "wire-haired fox terrier", "sennenhunde", "Faces_easy",
    "supercalifragilisticexpialidocious", "antidisestablishmentarianism", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "zzzzqqqqxxxx", "a photo of the number 7.", "a centered satellite photo of annual crop land.", "itap of my mouse pad.",
    "a cropped photo of the lawn mower.", "the origami pickup truck.", "a black and white photo of a sweet pepper.",
    "ſtrange", "it'ſ", "x\u0301y", "a\u200db", "a\u00adb", "ªº", "ʰello", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "ⓐⓑⓒ", "☃ snowman", "→ ← ↑", "♫♪", "°C", "№5",
]
PARTS = ["dog", "Cat", "THE", "photo", "of", "a", "it's", "we've", "don't", "7", "2024", "12", "é", "ü", "ñ", "Ø", "ß", "…", "!",
         "?", ".", ",", "-", "_", "'", "\"", "(", ")", "/", "&", "😀", "🐕", "日", "本", "京", "привет", "Σ", "λόγος", "한", " ", " ",
         " ", " ", "\t", "\u00a0", "ing", "tion", "qu", "Zx", "½", "€", "<|endoftext|>", "<", "|", ">"]

tokenizer = openai.SimpleTokenizer(sys.argv[2])
generator = random.Random(7)
texts = list(FIXED)
while len(texts) < 260:
    texts.append("".join(generator.choices(PARTS, k=generator.randint(1, 12))))
cases = [[text, tokenizer.encode(text)] for text in texts if openai.basic_clean(text) == text.strip()]
with open(sys.argv[3], "w", encoding="utf-8") as out:
    out.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
print(len(cases), "cases;", "left out:", [text for text in FIXED if openai.basic_clean(text) != text.strip()])
