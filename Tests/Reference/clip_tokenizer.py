"""Writes Tests/Fixtures/clip/tokenizer: a small CLIP vocabulary in its three published forms, and texts with their ids.

    python Tests/Reference/clip_tokenizer.py bpe_simple_vocab_16e6.txt.gz clip_bpe_golden.json
                                                   needs ftfy, regex, transformers

The vocabulary is CLIP's with its first 600 merges (openai/CLIP d05afc43, MIT). golden.json holds for each text
`ids` (openai/CLIP's algorithm with ftfy's clean-up) and `fast_ids` (transformers' CLIPTokenizer, which only composes,
folds spaces and lower-cases).
"""

import gzip
import html
import json
import pathlib
import sys

import ftfy
import regex
import transformers

MERGES = 600
PATTERN = regex.compile(
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", regex.IGNORECASE)
EXTRA = ["ΟΔΟΣ ΣΑΣ Σ", "İ ŞIK", "a'ſ b'S", "cafÃ© &eacute; &EACUTE; &#233; &amp;lt;", "“It’s” ﬁne… ｆｕｌｌ　ｗｉｄｔｈ", "e\u0301cole\u00a0b",
         "voilÃ  le travail", "â€œquotedâ€\x9d", "日本 cafÃ© 日本", "sÃ³lo \x85 \x1b[1mred\x1b[0m\x07", "x&notit; &copy &nbsp;y"]


def byte_characters():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + n) for n, b in enumerate(others)}}


def main():
    lines = gzip.open(sys.argv[1]).read().decode().split("\n")[1:MERGES + 1]
    merges = [tuple(line.split()) for line in lines]
    characters = byte_characters()
    letters = list(characters.values())
    pieces = letters + [c + "</w>" for c in letters] + [a + b for a, b in merges] + ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    ranks = {pair: i for i, pair in enumerate(merges)}

    def spell(word):
        if word in ("<|startoftext|>", "<|endoftext|>"):
            return [vocabulary[word]]
        symbols = [characters[b] for b in word.encode()]
        symbols[-1] += "</w>"
        while len(symbols) > 1:
            rank, at = min((ranks.get(pair, 1 << 30), i) for i, pair in enumerate(zip(symbols, symbols[1:])))
            if rank == 1 << 30:
                break
            symbols[at:at + 2] = [symbols[at] + symbols[at + 1]]
        return [vocabulary[s] for s in symbols]

    def ids(text):
        text = html.unescape(html.unescape(ftfy.fix_text(text))).strip()
        text = regex.sub(r"\s+", " ", text).strip().lower()
        return [i for word in PATTERN.findall(text) for i in spell(word)]

    folder = pathlib.Path(__file__).parent.parent / "Fixtures/clip/tokenizer"
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    fast = transformers.CLIPTokenizer(vocab=vocabulary, merges=merges)
    fast.backend_tokenizer.save(str(folder / "tokenizer.json"))
    texts = [c["text"] for c in json.load(open(sys.argv[2]))["cases"]]
    texts = [t for t in texts[::3] + texts[160:215] if len(t) < 200] + EXTRA
    cases = [{"text": t, "ids": ids(t), "fast_ids": fast(t)["input_ids"][1:-1]} for t in dict.fromkeys(texts)]
    made = {"ftfy": "6.3.1", "transformers": transformers.__version__}
    (folder / "golden.json").write_text(json.dumps({"made_with": made, "cases": cases}, indent=1) + "\n")
    print(made, len(cases), "texts")


main()
