"""Writes Tests/Fixtures/tokenizers: small tokenizer.json files of every supported kind, and texts with their ids.

    python Tests/Reference/tokenizers_golden.py        needs tokenizers 0.23.3, sentencepiece 0.2.3, protobuf

Vocabularies are trained on the repository's own pages; ids are what the `tokenizers` library gives, marks included.
"""

import json
import pathlib
import random
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / 'Tests/Fixtures/tokenizers'
CL100K = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN = CL100K.replace('{1,3}', '')
TEXTS = [
    'A man in a red jacket leaves a black backpack next to the bench.', '', ' ', '  two  spaces ', 'a', 'A', 'tabs\tand\nlines\r\n\r\n end ',
    "I'm sure they're not Bob's, we'll SEE; 'S 'T x'ſ", '1234567 12 3 45.67', 'naïve café e\u0301 Å Ångström ﬁ ﬃ ½ ①', 'ＦＵＬＬ　ｗｉｄｔｈ ㍿',
    '日本語のテキスト 豈 丽', '한국어 각 ㄱ', 'Привет, мир! ΟΔΟΣ İ ẞ', '🔥👨\u200d👩\u200d👧 \U0001F1E9\U0001F1EA', 'zero\u200bwidth\u00adhyphen\ufeff', '\u0000\u0001\u007f\ufffd\x85',
    'x' * 120, 'aé' * 40, '...!!!???', '<s> </s> <unk> <pad> [CLS] [SEP] [UNK] <|end|> <|end|>x', ' <mask> a<mask>b  <mask>  ', '▁under▁line ▁',
    'http://example.org/a?b=c&d=%20', '\u0301\u0301 alone', 'ᄀᄀᆨ', 'مرحبا ١٢٣', 'हिन्दी ९', '\u2028line\u2029para', 'end\u3000', 'ǅ ǆ ʼn',
    'tokenizer.json files that ask for what is not done here', 'person' * 30, '\ud7ff\ue000', 'a\u0300\u0316b',
]


def corpus():
    return [line for path in sorted(ROOT.glob('docs/**/*.md')) for line in path.read_text().splitlines()][:3000]


def byte_level(size, pre, normalizer=None, post=None, ignore_merges=False):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=size, show_progress=False, special_tokens=['<|end|>'], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    if post:
        tokenizer.post_processor = post
    return tokenizer


def character_pairs(size, fallback, **arguments):
    """A vocabulary over characters with byte pieces, as converted from SentencePiece."""
    tokenizer = Tokenizer(models.BPE(unk_token='<unk>', fuse_unk=True, byte_fallback=fallback, **arguments))
    tokenizer.normalizer = normalizers.Replace(' ', '▁')
    tokenizer.pre_tokenizer = pre_tokenizers.Split('▁', 'merged_with_next')
    specials = ['<unk>', '<s>', '</s>'] + ([f'<0x{b:02X}>' for b in range(256)] if fallback else [])
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=size, show_progress=False, special_tokens=specials, limit_alphabet=70))
    data = json.loads(tokenizer.to_str())
    data['added_tokens'] = data['added_tokens'][:3]
    data['pre_tokenizer'] = None
    return data


def llama():
    data = character_pairs(700, True)
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend('▁'), normalizers.Replace(' ', '▁')])
    tokenizer.post_processor = processors.TemplateProcessing(single='<s> $A', pair='<s> $A $B', special_tokens=[('<s>', 1)])
    return tokenizer


def gemma():
    tokenizer = Tokenizer.from_str(json.dumps(character_pairs(700, True)))
    tokenizer.normalizer = normalizers.Replace(' ', '▁')
    tokenizer.pre_tokenizer = pre_tokenizers.Split(' ', 'merged_with_previous')
    tokenizer.post_processor = processors.TemplateProcessing(single='$A </s>', pair='$A $B', special_tokens=[('</s>', 2)])
    tokenizer.add_tokens(['\n\n', '\n\n\n', '  '])
    return tokenizer


def metaspace(scheme, split):
    tokenizer = Tokenizer.from_str(json.dumps(character_pairs(400, False)))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=split)
    return tokenizer


def unigram(fallback):
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / 'text'
        text.write_text('\n'.join(corpus()))
        sentencepiece.SentencePieceTrainer.train(
            input=str(text), model_prefix=folder + '/m', vocab_size=600, character_coverage=0.98, byte_fallback=fallback, minloglevel=2,
            num_threads=1)
        proto = sentencepiece_model_pb2.ModelProto()
        proto.ParseFromString((pathlib.Path(folder) / 'm.model').read_bytes())
    tokenizer = Tokenizer(models.Unigram([(p.piece, p.score) for p in proto.pieces], unk_id=0, byte_fallback=fallback))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap), normalizers.Strip(left=False), normalizers.Replace(Regex(' {2,}'), '▁')])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme='always', split=True)
    tokenizer.post_processor = processors.TemplateProcessing(single='$A </s>', pair='$A $B', special_tokens=[('</s>', 2)])
    tokenizer.add_special_tokens(['<unk>', '<s>', '</s>'])
    return tokenizer


def word_piece(**arguments):
    tokenizer = Tokenizer(models.WordPiece(unk_token='[UNK]', max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(**arguments)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(corpus(), trainers.WordPieceTrainer(
        vocab_size=500, show_progress=False, limit_alphabet=120, special_tokens=['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']))
    tokenizer.post_processor = processors.BertProcessing(('[SEP]', 3), ('[CLS]', 2))
    tokenizer.add_special_tokens(['[CLS]', '[SEP]', '[UNK]'])
    return tokenizer


def marked():
    """Added tokens with every option."""
    from tokenizers import AddedToken
    tokenizer = byte_level(400, pre_tokenizers.ByteLevel(add_prefix_space=True), normalizers.Lowercase())
    tokenizer.add_tokens([AddedToken('<mask>', lstrip=True), AddedToken('bob', single_word=True), AddedToken('<PAD>', normalized=True),
                          AddedToken('tail>', rstrip=True, normalized=False)])
    return tokenizer


KINDS = {
    'gpt2': lambda: byte_level(500, pre_tokenizers.ByteLevel(add_prefix_space=False)),
    'smollm': lambda: byte_level(500, pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])),
    'llama3': lambda: byte_level(
        500, pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(CL100K), 'isolated'), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
        post=processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(single='<|end|> $A', pair='$A $B', special_tokens=[('<|end|>', 0)])]),
        ignore_merges=True),
    'qwen2': lambda: byte_level(
        500, pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN), 'isolated'), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
        normalizers.NFC()),
    'llama2': llama, 'gemma': gemma, 'metaspace-first': lambda: metaspace('first', False), 'metaspace-always': lambda: metaspace('always', True),
    'unigram': lambda: unigram(False), 'unigram-bytes': lambda: unigram(True),
    'bert-uncased': lambda: word_piece(lowercase=True), 'bert-cased': lambda: word_piece(lowercase=False, strip_accents=False), 'marks': marked,
}


def main():
    extra = random.Random(7)
    letters = list("ab \n'.1éß日🔥▁<s>")
    texts = TEXTS + [''.join(extra.choice(letters) for _ in range(extra.randrange(1, 40))) for _ in range(40)]
    texts += ['Bob bob bobby <mask>  x', 'A<PAD>b <pad> tail>   x']
    for name, make in KINDS.items():
        tokenizer = make()
        data = json.loads(tokenizer.to_str())
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / 'tokenizer.json').write_text(json.dumps(data, ensure_ascii=False, separators=(',', ':')))
        cases = []
        for text in texts:
            try:
                text.encode()
            except UnicodeEncodeError:
                continue
            cases.append({'text': text, 'ids': tokenizer.encode(text).ids})
        (folder / 'golden.json').write_text(json.dumps({'cases': cases}, separators=(',', ':')))


if __name__ == '__main__':
    main()
