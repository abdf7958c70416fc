"""Byte-pair vocabulary in CLIP's form, learnt from this project's own sentences and a list of common English words.

Tokens: 256 bytes, the same 256 with `</w>` (end of a word), the merges in the order learnt, <|startoftext|>, <|endoftext|>.
"""

import json
import re
from collections import Counter, defaultdict
from heapq import heapify, heappop, heappush

PATTERN = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+", re.IGNORECASE)
START, END = "<|startoftext|>", "<|endoftext|>"


def byte_characters():
    """The printable character that stands for each byte, in the order of CLIP's vocabulary."""
    printable = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    characters = {b: chr(b) for b in printable}
    for n, b in enumerate(b for b in range(256) if b not in characters):
        characters[b] = chr(256 + n)
    return characters


def learn_merges(word_counts, limit):
    """Merges [(left, right)], most frequent pair first; ties in alphabetical order."""
    characters = byte_characters()
    words, pairs, places = [], Counter(), defaultdict(set)       # counts of pairs, and the words that hold each
    for word, count in sorted(word_counts.items()):
        symbols = [characters[b] for b in word.encode()]
        symbols[-1] += "</w>"
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += count
            places[pair].add(len(words))
        words.append((symbols, count))
    heap, merges = [(-count, pair) for pair, count in pairs.items()], []
    heapify(heap)
    while heap and len(merges) < limit:
        count, best = heappop(heap)
        if -count != pairs[best]:
            continue                         # it has changed since
        if -count < 2:
            break
        merges.append(best)
        changed = set()
        for number in places[best].copy():
            symbols, count = words[number]
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] -= count
                places[pair].discard(number)
                changed.add(pair)
            i = 0
            while i < len(symbols) - 1:
                if (symbols[i], symbols[i + 1]) == best:
                    symbols[i:i + 2] = [symbols[i] + symbols[i + 1]]
                i += 1
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += count
                places[pair].add(number)
                changed.add(pair)
        for pair in changed:
            heappush(heap, (-pairs[pair], pair))
    return merges


class Vocabulary:
    def __init__(self, merges):
        characters = list(byte_characters().values())
        tokens = characters + [c + "</w>" for c in characters] + [a + b for a, b in merges] + [START, END]
        self.merges = merges
        self.index = {}
        for token in tokens:
            self.index.setdefault(token, len(self.index))
        self.ranks = {pair: i for i, pair in enumerate(merges)}
        self.characters = byte_characters()
        self._known = {}

    def word(self, text):
        """Token ids of one word."""
        if text not in self._known:
            symbols = [self.characters[b] for b in text.encode()]
            symbols[-1] += "</w>"
            while len(symbols) > 1:
                best = min(zip(symbols, symbols[1:]), key=lambda pair: self.ranks.get(pair, 1 << 30))
                if best not in self.ranks:
                    break
                i, merged = 0, []
                while i < len(symbols):
                    if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == best:
                        merged.append(symbols[i] + symbols[i + 1])
                        i += 2
                    else:
                        merged.append(symbols[i])
                        i += 1
                symbols = merged
            self._known[text] = [self.index[s] for s in symbols]
        return self._known[text]

    def encode(self, text, length):
        """Ids with start and end marks, cut to `length`."""
        ids = [i for word in PATTERN.findall(" ".join(text.lower().split())) for i in self.word(word)]
        return [self.index[START]] + ids[:length - 2] + [self.index[END]]

    def save(self, folder):
        (folder / "vocab.json").write_text(json.dumps(self.index, ensure_ascii=False))
        (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in self.merges))
