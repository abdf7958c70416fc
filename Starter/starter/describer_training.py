"""Training of the describer on rendered events."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from . import describer as shape
from . import event_frames, telling
from .averaging import Average
from .crops import KINDS
from .event_frames import FRAMES, PATCHES, SIDE, SUBJECTS
from .pool import Pool, groups_of
from .training import checkpoint, restore

TITLE_WEIGHT = 3.0


class FactHead(torch.nn.Module):
    """Reads the facts from the visual tokens alone, so that these come to say what is asked for; not part of the published model."""

    SIZES = (len(SUBJECTS), 16, len(telling.DIRECTIONS), len(telling.WHERE), 2)

    def __init__(self, width=256, tokens=shape.VISUAL):
        super().__init__()
        self.frame = torch.nn.Linear(width * tokens, 256)
        self.inner = torch.nn.Linear(256 * FRAMES, 384)
        self.out = torch.nn.Linear(384, sum(self.SIZES))

    def forward(self, visual, chosen):
        """[B * T, tokens, D] of the frames `chosen` -> logits of each fact."""
        frames = F.gelu(self.frame(visual.flatten(1))).view(-1, len(chosen), 256)
        whole = frames.new_zeros(len(frames), FRAMES, 256)
        whole[:, chosen] = frames
        return self.out(F.gelu(self.inner(whole.flatten(1)))).split(self.SIZES, 1)


MIRROR = torch.tensor([list(telling.DIRECTIONS).index(telling.MIRRORED.get(name, name)) for name in telling.DIRECTIONS])


class DescriberTrainer:
    def __init__(self, actions, seed=1, device="cpu", tokenizer=None):
        self.device = torch.device(device)
        self.tokenizer = tokenizer or shape.build_tokenizer(actions)
        self.model = shape.build(self.tokenizer.get_vocab_size(), seed).to(self.device)
        self.patch_head = torch.nn.ModuleDict({"kinds": torch.nn.Linear(192, len(KINDS) + 1), "facts": FactHead()}).to(self.device)
        self.rng = np.random.default_rng(seed)
        self.average = Average(self.model)
        self.answers, self.prompts = [], {}
        self.end, self.pad = shape.SPECIAL.index("<end_of_utterance>"), shape.SPECIAL.index("<|endoftext|>")

    def new_pool(self, capacity):
        return Pool({"frames": ((FRAMES, SIDE, SIDE, 3), torch.uint8), "patches": ((FRAMES, PATCHES, PATCHES), torch.int8), "facts": ((7,), torch.int16)}, capacity, self.device)

    def add(self, pool, data):
        """Take a shard into the pool, with its answers as they are and mirrored."""
        room = pool.capacity - len(pool)
        pool.add({name: data[name][:room] for name in ("frames", "patches", "facts")})
        for row in range(min(room, len(data["facts"]))):
            facts = event_frames.facts_at(data, row)
            self.answers.append((self.encoded(facts), self.encoded(facts.mirrored()), facts))

    def encoded(self, facts):
        """(ids, weights) of an answer with its end mark."""
        answer = telling.answer(facts)
        text = telling.compact(answer)
        encoding = self.tokenizer.encode(text, add_special_tokens=False)
        title = len('{"title":"') + len(answer["title"])
        weights = [TITLE_WEIGHT if start < title and stop > 10 else 1.0 for start, stop in encoding.offsets]
        return np.array(encoding.ids + [self.end], np.int64), np.array(weights + [1.0], np.float32)

    def random_prompt(self, frames):
        """One of many prompts for a number of frames, made ahead."""
        bank = self.prompts.setdefault(frames, [])
        if len(bank) < 1500:
            duration = float(self.rng.uniform(2, 40))
            times = np.linspace(0, duration, frames)
            bank.append(np.array(shape.prompt_ids(self.tokenizer, times, duration, shape.prompt_text(self.rng)), np.int64))
            return bank[-1]
        return bank[self.rng.integers(len(bank))]

    def batch(self, pool, rows):
        """ids, targets and weights [B, M], pixels, patch answers and facts, on the device, and the frames chosen."""
        count = int(self.rng.choice([4, 4, 4, 3, 2]))
        chosen = {4: [0, 1, 2, 3], 3: [[0, 1, 3], [0, 2, 3]][self.rng.integers(2)], 2: [0, 3]}[count]
        flips = self.rng.random(len(rows)) < 0.5
        sequences = []
        for row, flip in zip(rows, flips):
            answer, weights = self.answers[row][int(flip)]
            start = self.random_prompt(count)
            sequences.append((start, answer, weights))
        longest = max(len(p) + len(a) for p, a, _ in sequences)
        ids, targets, weights = np.full((len(rows), longest), self.pad, np.int64), np.full((len(rows), longest), -100, np.int64), np.zeros((len(rows), longest), np.float32)
        for i, (p, a, w) in enumerate(sequences):
            ids[i, :len(p)], ids[i, len(p):len(p) + len(a)] = p, a
            targets[i, len(p) - 1:len(p) + len(a) - 1], weights[i, len(p) - 1:len(p) + len(a) - 1] = a, w
        index = torch.from_numpy(rows).to(self.device)
        frames, patches, facts = pool.take(index)
        frames, patches, facts, flipped = frames[:, chosen], patches[:, chosen], facts.long(), torch.from_numpy(flips).to(self.device)
        ways = torch.where(flipped, MIRROR.to(self.device)[facts[:, 2]], facts[:, 2])
        facts = (facts[:, 0], facts[:, 1].clamp(max=15), ways, facts[:, 3], facts[:, 4])
        return [torch.from_numpy(v).to(self.device) for v in (ids, targets, weights)] + list(self.augmented(frames, patches, flipped)) + [facts, chosen]

    def augmented(self, frames, patches, flips):
        n, count = frames.shape[:2]
        uniform = lambda low, high, *s: torch.rand(*s, device=self.device) * (high - low) + low
        x = frames.permute(0, 1, 4, 2, 3).float() / 255 - 0.5
        patches = patches.long()
        x = torch.where(flips.view(n, 1, 1, 1, 1), x.flip(4), x)
        patches = torch.where(flips.view(n, 1, 1, 1), patches.flip(3), patches)
        moved = torch.rand(n, device=self.device) < 0.5
        theta = torch.zeros(n, 2, 3, device=self.device)
        zoom = uniform(0.92, 1.04, n)
        theta[:, 0, 0] = torch.where(moved, zoom * uniform(0.96, 1.04, n), torch.ones(n, device=self.device))
        theta[:, 1, 1] = torch.where(moved, zoom, torch.ones(n, device=self.device))
        theta[:, :, 2] = uniform(-0.05, 0.05, n, 2) * moved[:, None]
        grid = F.affine_grid(theta.repeat_interleave(count, 0), (n * count, 3, SIDE, SIDE), align_corners=False)
        x = F.grid_sample(x.reshape(n * count, 3, SIDE, SIDE), grid, padding_mode="border", align_corners=False).view(n, count, 3, SIDE, SIDE)
        small = F.affine_grid(theta.repeat_interleave(count, 0), (n * count, 1, PATCHES, PATCHES), align_corners=False)
        patches = F.grid_sample((patches + 1).float().view(n * count, 1, PATCHES, PATCHES), small, mode="nearest", align_corners=False).view(n, count, PATCHES, PATCHES).round().long() - 1
        x = x * uniform(0.7, 1.35, n, 1, 1, 1, 1) * uniform(0.9, 1.1, n, 1, 3, 1, 1) + uniform(-0.08, 0.08, n, 1, 1, 1, 1)
        grey = (torch.rand(n, device=self.device) < 0.12).view(n, 1, 1, 1, 1)
        x = torch.where(grey, x.mean(2, keepdim=True), x)
        x = x + torch.randn_like(x) * uniform(0, 0.03, n, 1, 1, 1, 1)
        return (x.clamp(-0.5, 0.5) * 2).reshape(n * count, 3, SIDE, SIDE), patches.reshape(n * count, PATCHES * PATCHES)

    def parameters(self):
        return list(self.model.parameters()) + list(self.patch_head.parameters())

    def prepare(self, rate):
        self.rate, self.steps_done = rate, 0
        self.optimiser = torch.optim.AdamW(groups_of(self.parameters()), lr=rate, betas=(0.9, 0.98), fused=self.device.type == "cuda")
        weight = torch.ones(len(KINDS) + 1, device=self.device)
        weight[0] = 0.1
        self.patch_weight = weight

    def step(self, pool, batch, factor):
        for group in self.optimiser.param_groups:
            group["lr"] = float(self.rate * factor + 1e-6)
        rows = self.rng.integers(len(pool), size=batch)
        ids, targets, weights, pixels, patches, facts, chosen = self.batch(pool, rows)
        self.model.train()
        with torch.autocast(self.device.type, torch.bfloat16):
            states = shape.patch_states(self.model, pixels)
            scores = self.patch_head["kinds"](states)
            visual = shape.visual_tokens(self.model, states)
            read = self.patch_head["facts"](visual, chosen)
            hidden = self.model.model.text_model(inputs_embeds=shape.embedded(self.model, ids, visual), use_cache=False).last_hidden_state
            kept = targets >= 0
            logits = F.linear(hidden[kept], self.model.model.text_model.get_input_embeddings().weight)
        each = F.cross_entropy(logits.float(), targets[kept], reduction="none")
        text = (each * weights[kept]).sum() / weights[kept].sum()
        patch = F.cross_entropy(scores.float().flatten(0, 1), (patches + 1).flatten(), weight=self.patch_weight)
        fact = sum(F.cross_entropy(r.float(), f) for r, f in zip(read, facts)) / len(facts)
        loss = 2 * text + 0.5 * patch + 0.7 * fact
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)
        self.optimiser.step()
        self.steps_done += 1
        self.average.update(self.model, self.steps_done)
        return torch.stack([text.detach(), patch.detach(), fact.detach()])

    @torch.no_grad()
    def describe(self, frames, batch=320, longest=110, text="Describe this event of a surveillance camera."):
        """Greedy answers for frames uint8 [N, T, 192, 192, 3]."""
        self.model.eval()
        answers = []
        for begin in range(0, len(frames), batch):
            part = torch.as_tensor(frames[begin:begin + batch]).to(self.device)
            count = part.shape[1]
            start = torch.tensor(shape.prompt_ids(self.tokenizer, np.linspace(0, 8, count), 8, text), device=self.device).repeat(len(part), 1)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
                visual = shape.visual_tokens(self.model, shape.patch_states(self.model, shape.normalised(part)))
                states = shape.embedded(self.model, start, visual)
                output = self.model.model.text_model(inputs_embeds=states, use_cache=True)
                table = self.model.model.text_model.get_input_embeddings()
                ended, written = torch.zeros(len(part), dtype=torch.bool, device=self.device), []
                for _ in range(longest):
                    token = F.linear(output.last_hidden_state[:, -1], table.weight).argmax(-1)
                    token = torch.where(ended, self.pad, token)
                    ended |= token == self.end
                    written.append(token)
                    if bool(ended.all()):
                        break
                    output = self.model.model.text_model(inputs_embeds=table(token[:, None]), past_key_values=output.past_key_values, use_cache=True)
            for row in torch.stack(written, 1).tolist():
                row = row[:row.index(self.end)] if self.end in row else row
                answers.append(self.tokenizer.decode(row, skip_special_tokens=True))
        return answers

    def state(self, averaged=True):
        """What is worth keeping, in half precision."""
        own = {name: value.detach().half().cpu() for name, value in (self.average.state() if averaged else self.model.state_dict()).items() if name != "lm_head.weight"}
        return {"model": own, "head": {n: v.half().cpu() for n, v in self.patch_head.state_dict().items() if n.startswith("kinds")}, "tokenizer": self.tokenizer.to_str(), "steps": self.steps_done}

    def save(self, path, **options):
        temporary = Path(path).with_suffix(".tmp")
        torch.save(self.state(**options), temporary)
        temporary.rename(path)

    def checkpoint(self, path):
        checkpoint(self, path, self.average)

    def restore(self, path):
        restore(self, path, self.average)

    def averaged(self, device=None):
        """A trainer that holds the averaged weights, to be measured and exported."""
        other = DescriberTrainer.__new__(DescriberTrainer)
        other.device, other.tokenizer, other.end, other.pad = torch.device(device or self.device), self.tokenizer, self.end, self.pad
        other.model = shape.build(self.tokenizer.get_vocab_size(), 0).to(other.device)
        other.model.load_state_dict(self.average.state())
        return other

    def load(self, path):
        saved = torch.load(path, map_location="cpu", weights_only=True)
        self.tokenizer = Tokenizer.from_str(saved["tokenizer"])
        self.model.load_state_dict({n: v.float() for n, v in saved["model"].items()}, strict=False)
        self.model.tie_weights()
        self.patch_head.load_state_dict({n: v.float() for n, v in saved["head"].items()}, strict=False)
        self.average = Average(self.model)


def figures(answers, facts):
    """Share of right answers by fact, together (mean of subject, number, direction and place; all four), beside the most frequent answer of each."""
    judged = [telling.judge(answer, truth) for answer, truth in zip(answers, facts)]
    names = ["subject", "number", "direction", "place"]
    shares = {name: float(np.mean([row[name] for row in judged])) for name in names + ["action"]}
    values = {"subject": [f.subject for f in facts], "number": [f.number for f in facts], "direction": ["stays" if f.subject in telling.STILL else f.direction for f in facts],
              "place": [{"path": "yard"}.get(f.place, f.place) for f in facts], "action": [f.action for f in facts]}
    constant = {name: max(values[name].count(v) for v in set(values[name])) / len(facts) for name in values}
    return {"count": len(facts), **shares, "correct": float(np.mean([shares[n] for n in names])), "all_four": float(np.mean([all(row[n] for n in names) for row in judged])),
            "correct_baseline": float(np.mean([constant[n] for n in names])), "baseline": constant}
