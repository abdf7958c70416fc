"""Training of the starter encoder on rendered crops."""

import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import model as towers
from . import sentences
from .crops import KINDS, STYLES
from .tokens import PATTERN, Vocabulary, learn_merges

WORDS = sorted(set(Path(__file__).with_name("words.txt").read_text().split()))


def learn_vocabulary(limit=3000):
    """Vocabulary from 20,000 generated sentences and the word list."""
    rng = np.random.default_rng(0)
    counts = Counter({word: 5 for word in WORDS})
    for i in range(20000):
        counts.update(PATTERN.findall(sentences.wording(rng, sentences.NAMES[i % len(sentences.NAMES)])))
    return Vocabulary(learn_merges(counts, limit))


def load(directory, first, last):
    """Crops of all shards whose first seed lies in [first, last)."""
    parts = []
    for path in sorted(Path(directory).glob("[0-9]*.npz")):
        if first <= int(path.stem) < last:
            with np.load(path) as data:
                parts.append({name: data[name] for name in data.files})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


EMPTY_SHARE = 0.08               # of all draws are pictures in which nothing was found


def sampling_weights(truth, style):
    """Rare meanings are drawn more often: each crop weighs as its rarest true one, 1/sqrt(frequency)."""
    frequency = (truth == 1).mean(0)
    weight = np.where(truth == 1, 1 / np.sqrt(np.maximum(frequency, 0.003)), 0).max(1)
    weight, empty = np.clip(weight, 1, None), style == STYLES.index("empty")
    if empty.any():
        weight[empty] = EMPTY_SHARE / (1 - EMPTY_SHARE) * weight[~empty].sum() / empty.sum()
    return weight / weight.sum()


def augment(looks, patches, generator):
    """uint8 [N, 64, 64, 3] -> normalised float [N, 3, 64, 64] and patches [N, 8, 8], varied at random."""
    n = len(looks)
    uniform = lambda low, high, *shape: torch.rand(*shape, generator=generator) * (high - low) + low
    x = torch.from_numpy(looks).float().permute(0, 3, 1, 2) / 255 - 0.5
    patches = torch.from_numpy(patches).long()
    flip = torch.rand(n, generator=generator) < 0.5
    x[flip], patches[flip] = x[flip].flip(3), patches[flip].flip(2)
    moved = torch.rand(n, generator=generator) < 0.6
    k = int(moved.sum())
    if k:
        zoom, tx, ty = uniform(0.8, 1.15, k), uniform(-0.1, 0.1, k), uniform(-0.1, 0.1, k)
        theta = torch.zeros(k, 2, 3)
        theta[:, 0, 0], theta[:, 1, 1] = zoom, zoom * uniform(0.92, 1.08, k)
        theta[:, 0, 1], theta[:, 1, 0] = uniform(-0.06, 0.06, k), uniform(-0.06, 0.06, k)
        theta[:, 0, 2], theta[:, 1, 2] = tx, ty
        grid = F.affine_grid(theta, (k, 3, 64, 64), align_corners=False)
        x[moved] = F.grid_sample(x[moved], grid, align_corners=False)
        patches[moved] = -2                 # their patches no longer line up
    x = x * uniform(0.65, 1.4, n, 1, 1, 1) * uniform(0.88, 1.12, n, 3, 1, 1) + uniform(-0.08, 0.08, n, 1, 1, 1) + uniform(-0.02, 0.02, n, 3, 1, 1)
    grey = torch.rand(n, generator=generator) < 0.12
    x[grey] = x[grey].mean(1, keepdim=True).expand(-1, 3, -1, -1)
    soft = torch.rand(n, generator=generator) < 0.15
    if soft.any():
        x[soft] = F.avg_pool2d(F.pad(x[soft], (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = x + torch.randn(x.shape, generator=generator) * uniform(0, 0.03, n, 1, 1, 1)
    return x.clamp(-0.5, 0.5) / towers.DEVIATION, patches


def sentence_loss(cosines, scale, bias, truth, extra_cosines, extra_truth):
    """Softmax of each true wording against the false ones, and a sigmoid for every sentence; undecided pairs take no part."""
    logits = scale * cosines
    true = (truth == 1).float()
    wrong = torch.logsumexp(logits.masked_fill(truth != 0, torch.finfo(logits.dtype).min), 1, keepdim=True)
    softmax = ((F.softplus(wrong - logits) * true).sum(1) / true.sum(1).clamp(min=1)).mean()
    both, truth = torch.cat([cosines, extra_cosines], 1), torch.cat([truth, extra_truth], 1)
    each = F.binary_cross_entropy_with_logits(scale * both + bias, (truth == 1).float(), reduction="none", pos_weight=torch.tensor(2.5))
    known = (truth >= 0).float()
    return softmax, (each * known).sum() / known.sum()


class Trainer:
    def __init__(self, seed=1, width=128, layers=4, vocabulary=None):
        self.vocabulary = vocabulary or learn_vocabulary()
        self.model = towers.build(self.vocabulary, seed, width, layers)
        self.bias = torch.nn.Parameter(torch.tensor(-4.0))
        self.patch_head = torch.nn.Sequential(torch.nn.LayerNorm(width), torch.nn.Linear(width, len(KINDS) + 1))
        self.rng = np.random.default_rng(seed)
        self.generator = torch.Generator().manual_seed(seed)

    def parameters(self):
        return list(self.model.parameters()) + [self.bias] + list(self.patch_head.parameters())

    def run(self, data, steps, rate=1e-3, batch=48, warm_up=150, patch_weight=0.5, report=print, every=250, check=None):
        """Train for `steps` with a cosine schedule; bfloat16 in the products, float32 weights."""
        parameters = self.parameters()
        groups = [{"params": [p for p in parameters if p.ndim >= 2], "weight_decay": 0.05}, {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0}]
        optimiser = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))
        started, sums = time.time(), np.zeros(3)
        truth_of_all = sentences.truth_table(data["counts"], data["unclear"])
        weights = sampling_weights(truth_of_all, data["style"])
        for step in range(steps):
            if step % 500 == 0:
                order = self.rng.choice(len(weights), 500 * batch, p=weights)
            factor = min(1, (step + 1) / warm_up) * (0.5 + 0.5 * np.cos(np.pi * step / steps))
            for group in optimiser.param_groups:
                group["lr"] = rate * factor + 1e-6
            rows = order[step % 500 * batch:step % 500 * batch + batch]
            patches = data["patches"][rows].copy()
            patches[data["style"][rows] == STYLES.index("flooded")] = -2
            pixels, patches = augment(data["looks"][rows], patches, self.generator)
            extra = self.rng.integers(len(sentences.NAMES), size=11)
            texts = [sentences.wording(self.rng, name, WORDS) for name in sentences.NAMES + [sentences.NAMES[i] for i in extra]]
            truth = torch.from_numpy(truth_of_all[rows]).long()
            self.model.train()
            with torch.autocast("cpu", torch.bfloat16):
                text = towers.encode_texts(self.model, self.vocabulary, texts)
                image, states = towers.encode_pixels(self.model, pixels)
            cosines, states = image.float() @ text.float().T, states.float()
            count = len(sentences.NAMES)
            softmax, each = sentence_loss(cosines[:, :count], self.model.logit_scale.exp(), self.bias, truth, cosines[:, count:], truth[:, extra])
            answer = patches.reshape(len(rows), 64)
            weight = torch.ones(len(KINDS) + 1)
            weight[0] = 0.15
            patch = F.cross_entropy(self.patch_head(states).flatten(0, 1), (answer + 1).clamp(min=-1).flatten(), weight=weight, ignore_index=-1)
            loss = softmax + 2 * each + patch_weight * patch
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            with torch.no_grad():
                self.model.logit_scale.clamp_(max=float(np.log(60)))
            sums += (softmax.item(), each.item(), patch.item())
            if (step + 1) % every == 0:
                line = f"step {step + 1}/{steps}  {time.time() - started:.0f} s  softmax {sums[0] / every:.3f}  sigmoid {sums[1] / every:.3f}  patches {sums[2] / every:.3f}"
                if check and ((step + 1) % (4 * every) == 0 or step + 1 == steps):
                    line += "  " + check(self)
                report(line)
                sums[:] = 0

    def save(self, path):
        torch.save({"model": self.model.state_dict(), "bias": self.bias.detach(), "head": self.patch_head.state_dict(), "merges": self.vocabulary.merges}, path)

    def load(self, path):
        saved = torch.load(path, weights_only=True)
        self.model.load_state_dict(saved["model"])
        self.bias.data.copy_(saved["bias"])
        self.patch_head.load_state_dict(saved["head"])
