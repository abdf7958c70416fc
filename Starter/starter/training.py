"""Training of the starter encoder on rendered crops."""

import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import model as towers
from . import examination, sentences
from .averaging import Average
from .crops import KINDS, STYLES
from .pool import Pool, groups_of
from .tokens import PATTERN, Vocabulary, learn_merges

WORDS = sorted(set(Path(__file__).with_name("words.txt").read_text().split()))
WORDINGS = 400                   # wordings of each meaning at hand at a time
EXTRA = 24                       # further wordings in each step


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
    weight = np.ones(len(truth), np.float32)
    for column, value in enumerate(1 / np.sqrt(np.maximum(frequency, 0.002))):
        weight = np.maximum(weight, np.where(truth[:, column] == 1, np.float32(value), 1))
    empty = style == STYLES.index("empty")
    if empty.any():
        weight[empty] = EMPTY_SHARE / (1 - EMPTY_SHARE) * weight[~empty].sum() / empty.sum()
    return weight / weight.sum()


def augment(looks, patches):
    """uint8 [N, S, S, 3] -> normalised float [N, 3, S, S], and int8 patches [N, 8, 8] -> long, varied at random on their device."""
    n, side, device = len(looks), looks.shape[1], looks.device
    uniform = lambda low, high, *shape: torch.rand(*shape, device=device) * (high - low) + low
    chance = lambda p: (torch.rand(n, device=device) < p).view(n, 1, 1, 1)
    x = looks.permute(0, 3, 1, 2).float() / 255 - 0.5
    patches = patches.long()
    flip = chance(0.5)
    x, patches = torch.where(flip, x.flip(3), x), torch.where(flip[..., 0], patches.flip(2), patches)
    moved = torch.rand(n, device=device) < 0.65
    zoom, still = uniform(0.75, 1.2, n), torch.ones(n, device=device)
    theta = torch.zeros(n, 2, 3, device=device)
    theta[:, 0, 0], theta[:, 1, 1] = torch.where(moved, zoom * uniform(0.88, 1.12, n), still), torch.where(moved, zoom, still)
    theta[:, 0, 1], theta[:, 1, 0] = uniform(-0.08, 0.08, n) * moved, uniform(-0.08, 0.08, n) * moved
    theta[:, :, 2] = uniform(-0.12, 0.12, n, 2) * moved[:, None]
    grid = F.affine_grid(theta, (n, 3, side, side), align_corners=False)
    x = F.grid_sample(x, grid, align_corners=False)
    small = F.affine_grid(theta, (n, 1, 8, 8), align_corners=False)
    patches = F.grid_sample((patches + 2).float()[:, None], small, mode="nearest", padding_mode="border", align_corners=False)[:, 0].round().long() - 2
    x = ((x + 0.5).clamp(1e-4, 1) ** torch.where(chance(0.4), uniform(0.65, 1.5, n, 1, 1, 1), torch.ones(n, 1, 1, 1, device=device))) - 0.5
    x = x * uniform(0.6, 1.4, n, 1, 1, 1) * uniform(0.85, 1.15, n, 3, 1, 1) + uniform(-0.1, 0.1, n, 1, 1, 1) + uniform(-0.02, 0.02, n, 3, 1, 1)
    x = torch.where(chance(0.18), x.mean(1, keepdim=True), x)
    small = int(side * float(np.random.uniform(0.35, 0.8)))
    coarse = F.interpolate(F.interpolate(x, size=(small, small), mode="bilinear", antialias=True), size=(side, side), mode="bilinear")
    x = torch.where(chance(0.22), coarse, x)
    x = x + torch.randn_like(x) * uniform(0, 0.035, n, 1, 1, 1) * uniform(0, 1, n, 1, 1, 1)
    rows, columns = torch.arange(side, device=device).view(1, 1, side, 1), torch.arange(side, device=device).view(1, 1, 1, side)
    top, left = uniform(0, side, n, 1, 1, 1), uniform(0, side, n, 1, 1, 1)
    tall, wide = uniform(0.08, 0.35, n, 1, 1, 1) * side, uniform(0.08, 0.35, n, 1, 1, 1) * side
    hole = (rows >= top) & (rows < top + tall) & (columns >= left) & (columns < left + wide) & chance(0.15)
    x = torch.where(hole, torch.zeros((), device=device), x)
    return x.clamp(-0.5, 0.5) / towers.DEVIATION, patches


def sentence_loss(cosines, scale, bias, truth, extra_cosines, extra_truth):
    """Softmax of each true wording against the false ones, and a sigmoid for every sentence; undecided pairs take no part."""
    logits = scale * cosines
    true = (truth == 1).float()
    wrong = torch.logsumexp(logits.masked_fill(truth != 0, torch.finfo(logits.dtype).min), 1, keepdim=True)
    softmax = ((F.softplus(wrong - logits) * true).sum(1) / true.sum(1).clamp(min=1)).mean()
    both, truth = torch.cat([cosines, extra_cosines], 1), torch.cat([truth, extra_truth], 1)
    each = F.binary_cross_entropy_with_logits(scale * both + bias, (truth == 1).float(), reduction="none", pos_weight=torch.tensor(2.5, device=both.device))
    known = (truth >= 0).float()
    return softmax, (each * known).sum() / known.sum()


class Trainer:
    def __init__(self, seed=1, width=towers.WIDTH, layers=towers.LAYERS, vocabulary=None, device="cpu"):
        self.device = torch.device(device)
        self.vocabulary = vocabulary or learn_vocabulary()
        self.model = towers.build(self.vocabulary, seed, width, layers).to(self.device)
        self.bias = torch.nn.Parameter(torch.tensor(-4.0, device=self.device))
        self.patch_head = torch.nn.Sequential(torch.nn.LayerNorm(width), torch.nn.Linear(width, len(KINDS) + 1)).to(self.device)
        self.rng = np.random.default_rng(seed)
        self.average = Average(self.model)
        self.truth, self.styles, self.draws = [], [], None

    def parameters(self):
        return list(self.model.parameters()) + [self.bias] + list(self.patch_head.parameters())

    def new_pool(self, capacity):
        side = towers.SIDE
        return Pool({"looks": ((side, side, 3), torch.uint8), "patches": ((8, 8), torch.int8), "truth": ((len(sentences.NAMES),), torch.int8)}, capacity, self.device)

    def add(self, pool, data):
        """Take a shard of crops into the pool."""
        room = pool.capacity - len(pool)
        truth, patches = sentences.truth_of(data), data["patches"].copy()
        patches[data["style"] == STYLES.index("flooded")] = -2
        pool.add({"looks": data["looks"], "patches": patches, "truth": truth})
        self.truth.append(truth[:room]), self.styles.append(data["style"][:room])
        self.draws = None

    def prepare(self, rate):
        """Before the first step: the optimiser, and wordings of every meaning."""
        self.rate, self.steps_done = rate, 0
        self.optimiser = torch.optim.AdamW(groups_of(self.parameters()), lr=rate, betas=(0.9, 0.98), fused=self.device.type == "cuda")
        weight = torch.ones(len(KINDS) + 1, device=self.device)
        weight[0] = 0.15
        self.patch_weight = weight
        self.new_wordings()

    def new_wordings(self, number=WORDINGS):
        asked = set(examination.SENTENCES.values())      # never heard, not even by chance
        texts = []
        for name in sentences.NAMES:
            for _ in range(number):
                text = sentences.wording(self.rng, name, WORDS)
                while text in asked:
                    text = sentences.wording(self.rng, name, WORDS)
                texts.append(text)
        ids, _ = towers.token_batch(self.vocabulary, texts)
        self.wordings = ids.view(len(sentences.NAMES), number, -1).to(self.device)

    def rows(self, number):
        """Rows of the pool, drawn by weight."""
        if self.draws is None or self.place + number > len(self.draws):
            if self.draws is None:
                weights = np.cumsum(sampling_weights(np.concatenate(self.truth), np.concatenate(self.styles)).astype(np.float64))
                self.weights = weights / weights[-1]
            self.draws, self.place = np.searchsorted(self.weights, self.rng.random(400 * number)), 0
            self.draws = torch.from_numpy(self.draws).to(self.device)
        self.place += number
        return self.draws[self.place - number:self.place]

    def step(self, pool, batch, factor, patch_weight=0.5):
        """One step at `factor` of the rate; bfloat16 in the products, float32 weights. Losses (softmax, sigmoid, patches)."""
        for group in self.optimiser.param_groups:
            group["lr"] = float(self.rate * factor + 1e-6)
        looks, patches, truth = pool.take(self.rows(batch))
        pixels, patches = augment(looks, patches)
        count = len(sentences.NAMES)
        names = torch.cat([torch.arange(count, device=self.device), torch.randint(count, (EXTRA,), device=self.device)])
        ids = self.wordings[names, torch.randint(self.wordings.shape[1], (count + EXTRA,), device=self.device)]
        truth = truth.long()
        self.model.train()
        with torch.autocast(self.device.type, torch.bfloat16):
            text = torch.nn.functional.normalize(self.model.text_projection(self.model.text_model(input_ids=ids).pooler_output), dim=-1)
            image, states = towers.encode_pixels(self.model, pixels)
            scores = self.patch_head(states)
        cosines = image.float() @ text.float().T
        softmax, each = sentence_loss(cosines[:, :count], self.model.logit_scale.exp(), self.bias, truth, cosines[:, count:], truth[:, names[count:]])
        known = patches.flatten() > -2
        each_patch = F.cross_entropy(scores.float().flatten(0, 1), (patches.flatten() + 1).clamp(min=0), weight=self.patch_weight, reduction="none")
        patch = (each_patch * known).sum() / known.sum().clamp(min=1)
        loss = softmax + 2 * each + patch_weight * patch
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)
        self.optimiser.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(max=float(np.log(60)))
        self.steps_done += 1
        self.average.update(self.model, self.steps_done)
        return torch.stack([softmax.detach(), each.detach(), patch.detach()])

    def averaged(self, device=None):
        """A trainer that holds the averaged weights, to be measured and exported."""
        other = Trainer.__new__(Trainer)
        other.device, other.vocabulary = torch.device(device or self.device), self.vocabulary
        vision = self.model.config.vision_config
        other.model = towers.build(self.vocabulary, 0, vision.hidden_size, vision.num_hidden_layers).to(other.device)
        other.model.load_state_dict(self.average.state())
        other.bias, other.patch_head = self.bias, self.patch_head
        return other

    def state(self, averaged=True, half=True):
        values = self.average.state() if averaged else self.model.state_dict()
        to = lambda v: v.detach().half().cpu() if half and v.is_floating_point() else v.detach().cpu()
        return {"model": {n: to(v) for n, v in values.items()}, "bias": self.bias.detach().cpu(), "head": {n: to(v) for n, v in self.patch_head.state_dict().items()},
                "merges": self.vocabulary.merges, "steps": getattr(self, "steps_done", 0)}

    def save(self, path, **options):
        temporary = Path(path).with_suffix(".tmp")
        torch.save(self.state(**options), temporary)
        temporary.rename(path)

    def checkpoint(self, path):
        checkpoint(self, path)

    def load(self, path):
        """Weights, not the optimiser's moments."""
        saved = torch.load(path, map_location="cpu", weights_only=True)
        self.vocabulary = Vocabulary([tuple(pair) for pair in saved["merges"]])
        self.model.load_state_dict({n: v.float() if v.is_floating_point() else v for n, v in saved["model"].items()})
        self.bias.data.copy_(saved["bias"])
        self.patch_head.load_state_dict({n: v.float() for n, v in saved["head"].items()})
        self.average = Average(self.model)


def checkpoint(trainer, path):
    """Everything that a training needs to go on."""
    temporary = Path(path).with_suffix(".tmp")
    own = {"model": trainer.model.state_dict(), "average": trainer.average.state(), "head": trainer.patch_head.state_dict(), "optimiser": trainer.optimiser.state_dict(), "steps": trainer.steps_done}
    if hasattr(trainer, "bias"):
        own["bias"] = trainer.bias.data
    torch.save(own, temporary)
    temporary.rename(path)


def restore(trainer, path):
    saved = torch.load(path, map_location=trainer.device, weights_only=True)
    trainer.model.load_state_dict(saved["model"])
    trainer.average.values = saved["average"]
    trainer.patch_head.load_state_dict(saved["head"])
    trainer.optimiser.load_state_dict(saved["optimiser"])
    trainer.steps_done = saved["steps"]
    if "bias" in saved:
        trainer.bias.data.copy_(saved["bias"])


class Clock:
    """How far a training has come, 0...1, by steps or by seconds, and the rate's factor: a warm-up, then a cosine down to zero."""

    def __init__(self, steps=None, seconds=None, warm_up=300):
        self.steps, self.seconds, self.warm_up, self.began = steps, seconds, warm_up, time.time()

    def share(self, step):
        return step / self.steps if self.steps else (time.time() - self.began) / self.seconds

    def factor(self, step):
        return min(1, (step + 1) / self.warm_up) * (0.5 + 0.5 * np.cos(np.pi * min(1, self.share(step))))


def train(trainer, pool, shards, clock, batch, rate, report=print, every=30.0, check=None, keep=None, checks=10, start_with=1, resume=None, working=()):
    """Train until the clock says 1. New shards join the pool as they appear; `every` seconds a line, `checks` times a measurement, and `keep` then and
    every five minutes."""
    while len(pool) < min(start_with, pool.capacity):
        found = shards.new(50)
        for data in found:
            trainer.add(pool, data)
        if not found and all(process.poll() is not None for process in working):
            break                               # there will be no more
        time.sleep(0.5)
    trainer.prepare(rate)
    if resume and Path(resume).exists():
        restore(trainer, resume)
        report(f"goes on from step {trainer.steps_done}")
    sums, number, last, done, looked, kept = 0, 0, time.time(), 0, time.time(), time.time()
    began = trainer.steps_done
    report(f"training begins with {len(pool)} rows on {trainer.device}")
    while clock.share(trainer.steps_done) < 1:
        losses = trainer.step(pool, batch, clock.factor(trainer.steps_done))
        sums, number = sums + losses, number + 1
        now = time.time()
        if now - looked > 8 and len(pool) < pool.capacity:
            for data in shards.new(30):
                trainer.add(pool, data)
            looked = time.time()
        if keep and now - kept > 300:
            keep(trainer)
            kept = now
        if now - last > every:
            line = f"{100 * clock.share(trainer.steps_done):3.0f} %  step {trainer.steps_done}  {number / (now - last):.1f}/s  rows {len(pool)}  losses {' '.join(f'{v / number:.3f}' for v in sums.tolist())}"
            if clock.share(trainer.steps_done) * checks >= done + 1:
                done, kept = done + 1, now
                if keep:
                    keep(trainer)
                if check:
                    line += "  " + check(trainer)
            report(line)
            sums, number, last = 0, 0, time.time()
    if keep:
        keep(trainer)
    report(f"{trainer.steps_done - began} steps, {len(pool)} rows")
