"""Writes Tests/Fixtures/sentencepiece: small models as SentencePiece itself writes them, and texts with their ids.

    python Tests/Reference/spiece_golden.py        needs sentencepiece 0.2.3

Vocabularies are trained on the repository's own pages; ids are what the `sentencepiece` library gives.
"""

import json
import pathlib
import random
import tempfile

import sentencepiece

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / 'Tests/Fixtures/sentencepiece'
TEXTS = [
    'A man in a red jacket leaves a black backpack next to the bench.', '', ' ', '  two  spaces ', 'a', 'A', 'tabs\tand\nlines\r\n\r\n end ',
    "I'm sure they're not Bob's, we'll SEE", '1234567 12 3 45.67', 'naïve café e\u0301 Å Ångström ﬁ ﬃ ½ ①', 'ＦＵＬＬ　ｗｉｄｔｈ ㍿',
    '日本語のテキスト 豈 丽', '한국어 각 ㄱ', 'Привет, мир! İ ẞ', '🔥👨\u200d👩\u200d👧 \U0001F1E9\U0001F1EA', 'zero\u200bwidth\u00adhyphen\ufeff',
    'x' * 120, 'aé' * 40, '...!!!???', '<s> </s> <unk> <0x41>', '▁under▁line ▁', 'http://example.org/a?b=c&d=%20', '\u0301\u0301 alone', 'ᄀᄀᆨ',
    'मरहबा ९', '\u2028line\u2029para', 'end\u3000', 'person' * 30, 'a\u0300\u0316b', 'trailing   ', '   ', '\u3000\u3000wide',
]
KINDS = {
    'unigram': dict(model_type='unigram', vocab_size=600, character_coverage=0.98),
    'unigram-bytes': dict(model_type='unigram', vocab_size=700, byte_fallback=True, normalization_rule_name='identity', split_digits=True),
    'bpe': dict(model_type='bpe', vocab_size=600, byte_fallback=True, normalization_rule_name='identity', remove_extra_whitespaces=False),
    'bpe-unknown': dict(model_type='bpe', vocab_size=500, character_coverage=0.98, normalization_rule_name='identity', add_dummy_prefix=False),
}


def texts(lines):
    source = random.Random(5)
    words = ' '.join(lines).split()
    return TEXTS + [' '.join(source.choices(words, k=source.randrange(1, 12))) for _ in range(60)]


def main():
    lines = [line for path in sorted(ROOT.glob('docs/**/*.md')) for line in path.read_text().splitlines()][:3000]
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / 'text'
        text.write_text('\n'.join(lines))
        for name, options in KINDS.items():
            target = FOLDER / name
            target.mkdir(parents=True, exist_ok=True)
            sentencepiece.SentencePieceTrainer.train(
                input=str(text), model_prefix=folder + '/m', minloglevel=2, num_threads=1, **options)
            model = (pathlib.Path(folder) / 'm.model').read_bytes()
            (target / 'spiece.model').write_bytes(model)
            processor = sentencepiece.SentencePieceProcessor(model_proto=model)
            cases = [{'text': case, 'ids': processor.encode(case)} for case in texts(lines)]
            (target / 'golden.json').write_text(json.dumps({'cases': cases}, ensure_ascii=False) + '\n')


main()
