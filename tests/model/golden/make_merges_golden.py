"""Writes merges.json: those of CLIP's merges that the strings of tokenizer.json and text.json need, each with its rank.

Usage: make_merges_golden.py MERGES OUT
MERGES is bpe_simple_vocab_16e6.txt.gz of OpenAI's CLIP repository. A token's id says which merge made it, so the ids of the golden
files are all that is needed: a merge is in use if its token is, or if a merge in use is made of its token.
"""
import gzip
import json
import pathlib
import sys

COUNT = 48894  # in use, of the 262,144 in the file
merges = [tuple(line.split()) for line in gzip.open(sys.argv[1], "rt", encoding="utf-8").read().split("\n")[1:COUNT + 1]]
rank_of = {left + right: rank for rank, (left, right) in enumerate(merges)}
assert len(rank_of) == COUNT

here = pathlib.Path(__file__).parent
cases = [ids for _, ids in json.load(open(here / "tokenizer.json"))] + [case[3] for case in json.load(open(here / "text.json"))]
needed, open_ends = set(), [token - 512 for ids in cases for token in ids if 512 <= token < 512 + COUNT]
while open_ends:
    rank = open_ends.pop()
    if rank not in needed:
        needed.add(rank)
        open_ends += [rank_of[part] for part in merges[rank] if part in rank_of]
source = "https://github.com/openai/CLIP clip/bpe_simple_vocab_16e6.txt.gz: rank and symbols of the merges that tokenizer.json and text.json need"
with open(sys.argv[2], "w", encoding="utf-8") as out:
    lines = [json.dumps([rank, *merges[rank]]) for rank in sorted(needed)]
    out.write('{\n"source": ' + json.dumps(source) + ',\n"count": %d,\n"merges": [\n' % COUNT + ",\n".join(lines) + "\n]\n}\n")
print(len(needed), "merges")
