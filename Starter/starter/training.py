"""Training of the starter encoder on rendered crops."""

import copy
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import model as towers
from . import examination, sentences
from .averaging import Average
from .captured import Captured
from .crops import KINDS, STYLES
from .pool import Pool, groups_of
from .teacher import WIDTH as TAUGHT
from .tokens import PATTERN, Vocabulary, learn_merges

WORDS = sorted(set(Path(__file__).with_name("words.txt").read_text().split()))
WORDINGS = 200                   # wordings of each meaning
EXTRA = 24                       # further wordings in each step
FURTHER = 7000                   # words of the sentence model's list
SPREAD = 0.02                    # noise on each value of a sentence vector, so that near wordings mean the same


def learn_vocabulary(further=(), limit=6000):
    """Vocabulary from 20,000 generated sentences, the word list and further words."""
    rng = np.random.default_rng(0)
    counts = Counter({word: 5 for word in WORDS})
    counts.update({word: 2 for word in further if word not in counts})
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


def sentence_loss(cosines, scale, bias, truth, extra_cosines, extra_truth, positive_weight):
    """Softmax of each true wording against the false ones, and a sigmoid for every sentence; undecided pairs take no part."""
    logits = scale * cosines
    true = (truth == 1).float()
    wrong = torch.logsumexp(logits.masked_fill(truth != 0, torch.finfo(logits.dtype).min), 1, keepdim=True)
    softmax = ((F.softplus(wrong - logits) * true).sum(1) / true.sum(1).clamp(min=1)).mean()
    both, truth = torch.cat([cosines, extra_cosines], 1), torch.cat([truth, extra_truth], 1)
    each = F.binary_cross_entropy_with_logits(scale * both + bias, (truth == 1).float(), reduction="none", pos_weight=positive_weight)
    known = (truth >= 0).float()
    return softmax, (each * known).sum() / known.sum()


def optimiser_of(groups, rate, device):
    """AdamW whose step can be captured on a GPU: there the rate is a tensor (`set_rate`)."""
    on_gpu = device.type == "cuda"
    return torch.optim.AdamW(groups, lr=torch.tensor(rate, device=device) if on_gpu else rate, betas=(0.9, 0.98), fused=on_gpu, capturable=on_gpu)


def set_rate(optimiser, rate):
    for group in optimiser.param_groups:
        if isinstance(group["lr"], torch.Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


class Trainer:
    """First the picture tower learns against the sentence model's vectors, turned into the towers' space by `adapter`; then the text tower
    learns to say what the two say (`learn_words`)."""

    def __init__(self, seed=1, width=towers.WIDTH, layers=towers.LAYERS, vocabulary=None, device="cpu", teacher=None):
        self.device, self.teacher, self.spoken = torch.device(device), teacher, False
        self.vocabulary = vocabulary or learn_vocabulary(teacher.words(FURTHER) if teacher else ())
        self.model = towers.build(self.vocabulary, seed, width, layers).to(self.device)
        self.adapter = torch.nn.Sequential(torch.nn.Linear(TAUGHT, 256), torch.nn.GELU(), torch.nn.Linear(256, towers.JOINT)).to(self.device)
        self.bias = torch.nn.Parameter(torch.tensor(-4.0, device=self.device))
        self.patch_head = torch.nn.Sequential(torch.nn.LayerNorm(width), torch.nn.Linear(width, len(KINDS) + 1)).to(self.device)
        self.rng = np.random.default_rng(seed)
        self.averages = [Average(self.model), Average(self.adapter)]
        self.truth, self.styles, self.draws = [], [], None

    def halves(self):
        """Whether products in bfloat16 are quick here."""
        return self.device.type == "cuda" or "AVX512" in torch.backends.cpu.get_cpu_capability()

    def parameters(self):
        """What the pictures' part of the training changes."""
        return [*self.model.vision_model.parameters(), *self.model.visual_projection.parameters(), self.model.logit_scale, *self.adapter.parameters(), self.bias, *self.patch_head.parameters()]

    @torch.no_grad()
    def encode_texts(self, texts):
        """Unit vectors [N, 128]: by the text tower once it has learnt, before that by the sentence model."""
        if self.spoken:
            self.model.eval()
            return towers.encode_texts(self.model, self.vocabulary, texts)
        return F.normalize(self.adapter(self.teacher.encode(texts).to(self.device)), dim=-1)

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
        self.optimiser = optimiser_of(groups_of(self.parameters()), rate, self.device)
        self.patch_weight = torch.ones(len(KINDS) + 1, device=self.device)
        self.patch_weight[0] = 0.15
        self.positive_weight = torch.tensor(2.5, device=self.device)
        self.captured = Captured(self._descend)
        texts = self.wordings()
        self.taught = self.teacher.encode(texts).to(self.device).view(len(sentences.NAMES), -1, TAUGHT)

    def wordings(self, number=WORDINGS):
        """`number` wordings of each meaning, one meaning after the other; none of the examination's, not even by chance."""
        asked, texts = set(examination.SENTENCES.values()), []
        for name in sentences.NAMES:
            for _ in range(number):
                text = sentences.wording(self.rng, name, WORDS)
                while text in asked:
                    text = sentences.wording(self.rng, name, WORDS)
                texts.append(text)
        return texts

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

    def step(self, pool, batch, factor):
        """One step at `factor` of the rate; bfloat16 in the products, float32 weights. Losses (softmax, sigmoid, patches)."""
        set_rate(self.optimiser, float(self.rate * factor + 1e-6))
        looks, patches, truth = pool.take(self.rows(batch))
        pixels, patches = augment(looks, patches)
        count = len(sentences.NAMES)
        names = torch.cat([torch.arange(count, device=self.device), torch.randint(count, (EXTRA,), device=self.device)])
        taught = self.taught[names, torch.randint(self.taught.shape[1], (count + EXTRA,), device=self.device)]
        taught = taught + SPREAD * torch.randn_like(taught)
        self.model.train()
        losses = self.captured(pixels, patches, truth.long(), taught, names)
        self.steps_done += 1
        for average, module in zip(self.averages, (self.model, self.adapter)):
            average.update(module, self.steps_done)
        return losses

    def _descend(self, pixels, patches, truth, taught, names, patch_weight=0.5):
        count = len(sentences.NAMES)
        with torch.autocast(self.device.type, torch.bfloat16, self.halves(), cache_enabled=False):
            image, states = towers.encode_pixels(self.model, pixels)
            scores = self.patch_head(states)
        text = F.normalize(self.adapter(taught), dim=-1)
        cosines = image.float() @ text.T
        softmax, each = sentence_loss(cosines[:, :count], self.model.logit_scale.exp(), self.bias, truth, cosines[:, count:], truth[:, names[count:]], self.positive_weight)
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
        return torch.stack([softmax.detach(), each.detach(), patch.detach()])

    def averaged(self, device=None):
        """A trainer that holds the averaged weights, to be measured, to learn words and to be exported."""
        other = Trainer.__new__(Trainer)
        other.device, other.vocabulary, other.teacher, other.spoken, other.rng = torch.device(device or self.device), self.vocabulary, self.teacher, self.spoken, self.rng
        vision = self.model.config.vision_config
        other.model = towers.build(self.vocabulary, 0, vision.hidden_size, vision.num_hidden_layers).to(other.device)
        other.adapter = copy.deepcopy(self.adapter).to(other.device)
        other.model.load_state_dict(self.averages[0].state()), other.adapter.load_state_dict(self.averages[1].state())
        other.bias, other.patch_head = self.bias, self.patch_head
        other.averages = [Average(other.model), Average(other.adapter)]
        return other

    def state(self, half=True):
        to = lambda v: v.detach().half().cpu() if half and v.is_floating_point() else v.detach().cpu()
        return {"model": {n: to(v) for n, v in self.model.state_dict().items()}, "adapter": {n: v.detach().cpu() for n, v in self.adapter.state_dict().items()}, "bias": self.bias.detach().cpu(),
                "head": {n: to(v) for n, v in self.patch_head.state_dict().items()}, "merges": self.vocabulary.merges, "spoken": self.spoken}

    def save(self, path):
        temporary = Path(path).with_suffix(".tmp")
        torch.save(self.state(), temporary)
        temporary.rename(path)

    def checkpoint(self, path):
        own = {"adapter": self.adapter.state_dict(), "adapter_average": self.averages[1].state(), "bias": self.bias.data}
        checkpoint(self, path, self.averages[0], own)

    def restore(self, path):
        saved = restore(self, path, self.averages[0])
        self.adapter.load_state_dict(saved["adapter"])
        self.averages[1].values = saved["adapter_average"]
        self.bias.data.copy_(saved["bias"])

    def load(self, path):
        """Weights, not the optimiser's moments."""
        saved = torch.load(path, map_location="cpu", weights_only=True)
        self.vocabulary = Vocabulary([tuple(pair) for pair in saved["merges"]])
        vision = self.model.config.vision_config
        self.model = towers.build(self.vocabulary, 0, vision.hidden_size, vision.num_hidden_layers).to(self.device)
        self.model.load_state_dict({n: v.float() if v.is_floating_point() else v for n, v in saved["model"].items()})
        self.adapter.load_state_dict(saved["adapter"])
        self.bias.data.copy_(saved["bias"])
        self.patch_head.load_state_dict({n: v.float() for n, v in saved["head"].items()})
        self.averages, self.spoken = [Average(self.model), Average(self.adapter)], saved["spoken"]

    def learn_words(self, clock, batch, rate, texts, report=print, every=15.0):
        """The text tower learns where the sentence model and the adapter put wordings of the meanings and sentences in broad English."""
        own = self.wordings()
        texts = own + list(texts)
        with torch.no_grad():
            goals = torch.cat([F.normalize(self.adapter(part), dim=-1) for part in self.teacher.encode(texts).to(self.device).split(65536)])
        ids = towers.token_batch(self.vocabulary, texts)[0].to(torch.int32).to(self.device)
        report(f"{len(own)} wordings and {len(texts) - len(own)} sentences of {ids.shape[1]} tokens at most")
        parameters = [*self.model.text_model.parameters(), *self.model.text_projection.parameters()]
        optimiser = optimiser_of(groups_of(parameters, 0.02), rate, self.device)

        def descend(ids, goals):
            with torch.autocast(self.device.type, torch.bfloat16, self.halves(), cache_enabled=False):
                said = self.model.text_projection(self.model.text_model(input_ids=ids).pooler_output)
            loss = (1 - (F.normalize(said.float(), dim=-1) * goals).sum(1)).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            return loss.detach()

        captured, step, last, total, number = Captured(descend), 0, time.time(), 0, 0
        self.model.train()
        clock.begin()
        while clock.share(step) < 1:
            set_rate(optimiser, float(rate * clock.factor(step) + 1e-6))
            rows = torch.cat([torch.randint(len(own), (batch // 4,), device=self.device), torch.randint(len(texts), (batch - batch // 4,), device=self.device)])
            total, number, step = total + captured(ids[rows].long(), goals[rows]), number + 1, step + 1
            if time.time() - last > every:
                report(f"words {100 * clock.share(step):3.0f} %  step {step}  {number / (time.time() - last):.1f}/s  1 - cosine {float(total) / number:.4f}")
                last, total, number = time.time(), 0, 0
        self.spoken = True
        self.averages = [Average(self.model), Average(self.adapter)]


def checkpoint(trainer, path, average, own=None):
    """Everything that a training needs to go on."""
    temporary = Path(path).with_suffix(".tmp")
    torch.save({"model": trainer.model.state_dict(), "average": average.state(), "head": trainer.patch_head.state_dict(), "optimiser": trainer.optimiser.state_dict(), "steps": trainer.steps_done, **(own or {})}, temporary)
    temporary.rename(path)


def restore(trainer, path, average):
    saved = torch.load(path, map_location=trainer.device, weights_only=True)
    trainer.model.load_state_dict(saved["model"])
    average.values = saved["average"]
    trainer.patch_head.load_state_dict(saved["head"])
    trainer.optimiser.load_state_dict(saved["optimiser"])
    trainer.steps_done = saved["steps"]
    return saved


class Clock:
    """How far a training has come, 0...1, by steps or by seconds, and the rate's factor: a warm-up, then a cosine down to zero."""

    def __init__(self, steps=None, seconds=None, warm_up=300):
        self.steps, self.seconds, self.warm_up = steps, seconds, warm_up
        self.begin()

    def begin(self):
        """Seconds count from here."""
        self.began = time.time()

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
        trainer.restore(resume)
        report(f"goes on from step {trainer.steps_done}")
    sums, number, last, done, looked, kept = 0, 0, time.time(), 0, time.time(), time.time()
    began = trainer.steps_done
    report(f"training begins with {len(pool)} rows on {trainer.device}")
    clock.begin()
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
