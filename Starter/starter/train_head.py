"""Command: train UniVTG's heads for the starter encoder, on rendered clips.

First by UniVTG's own labelling without labels: the encoder is the teacher, its similarity of a clip's pictures with each of a list of
sentences says where the sentence holds. Then fine-tuned on the renderer's exact spans. Features are those that `alertd ground --method
univtg` computes: of every two seconds the first look at their middle. Every stage is kept in --work and gone on from when started again.
"""

import argparse
import json
import time
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from . import head_model, mirror, render, sentences
from .spans import overlap

ROOT = Path(__file__).resolve().parents[2]
RATE = 2                         # frames a second that the background follows
TEACHERS = 5                     # sentences of a clip that the teacher labels, the most similar ones


def features(task):
    """Render a clip and keep what the network reads of it, and the teacher's curves; `task` = (seed, folder, encoder)."""
    seed, folder, encoder_folder = task
    kept = folder / f"{seed}.npz"
    if kept.exists():
        return
    torch.set_num_threads(1)
    entry, _ = render.clip((seed, "grounding", folder))
    path = folder / entry["file"]
    encoder = mirror.Encoder(encoder_folder)
    frames = mirror.looks_of(path, RATE, encoder.side)
    chosen = []
    for seconds, looks in frames:
        if seconds >= head_model.CLIP * len(chosen) + head_model.CLIP / 2 - 0.01:
            chosen.append(looks[0])
    if frames and frames[-1][0] >= head_model.CLIP * len(chosen):
        chosen.append(frames[-1][1][0])
    clips = encoder.looks(np.stack(chosen))
    curves = clips @ encoder.texts([sentences.PLAIN[name] for name in sentences.NAMES]).T
    temporary = folder / f"{seed}.part.npz"
    np.savez(temporary, clips=clips.astype(np.float16), curves=curves.astype(np.float16))
    (folder / f"{seed}.json").write_text(json.dumps({"duration": entry["media"]["duration_s"], "present": entry["grounding_queries"], "absent": entry["absent_queries"]}))
    temporary.rename(kept)
    path.unlink()


class Words:
    """The words of sentences as the network reads them: the text tower's last states, each of length 1."""

    def __init__(self, encoder):
        self.encoder, self.known = encoder, {}

    def __call__(self, text):
        if text not in self.known:
            e = self.encoder
            ids = e.vocabulary.encode(text, e.configuration["text_config"]["max_position_embeddings"])
            x = e.weights["text_model.embeddings.token_embedding.weight"][ids] + e.weights["text_model.embeddings.position_embedding.weight"][:len(ids)]
            x = e._norm(e._layers(x[None], "text", True), "text_model.final_layer_norm")[0]
            self.known[text] = (x / (np.linalg.norm(x, axis=-1, keepdims=True) + 1e-5)).astype(np.float32)
        return self.known[text]


def taught(stored):
    """[(meaning, (start, end) in clips)] that the teacher says of a clip: of its most similar sentences the longest run above the middle
    between their highest and their usual similarity."""
    curves = stored["curves"].astype(np.float32)
    rise = curves.max(0) - np.median(curves, 0)
    rows = []
    for column in np.argsort(-rise)[:TEACHERS]:
        level = (curves[:, column].max() + np.median(curves[:, column])) / 2
        on, best, begin = curves[:, column] >= level, (0, 0), None
        for i, value in enumerate(np.append(on, False)):
            if value and begin is None:
                begin = i
            elif not value and begin is not None:
                best, begin = max(best, (begin, i), key=lambda run: run[1] - run[0]), None
        if best[1] > best[0]:
            rows.append((sentences.NAMES[column], best))
    return rows


def examples(folder, seeds, words, kind, rng=None):
    """What one epoch is made of: {clips, words, span in seconds or None, duration, meaning}."""
    for seed in seeds:
        stored, told = np.load(folder / f"{seed}.npz"), json.loads((folder / f"{seed}.json").read_text())
        clips = stored["clips"].astype(np.float32)
        common = {"clips": clips, "duration": told["duration"]}
        if kind == "teacher":
            for meaning, (first, last) in taught(stored):
                text = sentences.PLAIN[meaning]
                yield common | {"words": words(text), "span": (first * head_model.CLIP, last * head_model.CLIP), "meaning": text}
        else:
            for row in told["present"]:
                yield common | {"words": words(row["query"]), "span": (row["start"], row["end"]), "meaning": row["query"], "grade": row["grade"], "height": row["height_share"]}
            for row in told["absent"] if kind == "all" else []:
                yield common | {"words": words(row["query"]), "span": None, "meaning": row["query"], "grade": row["grade"], "height": 1}


def batched(rows):
    """Rows padded to one batch, spans as shares of the clips' length."""
    length, tokens = max(len(row["clips"]) for row in rows), max(len(row["words"]) for row in rows)
    video, text = rows[0]["clips"].shape[1] + 2, rows[0]["words"].shape[1]
    batch = {"clips": torch.zeros(len(rows), length, video), "clip_mask": torch.zeros(len(rows), length, dtype=torch.bool), "words": torch.zeros(len(rows), tokens, text),
             "word_mask": torch.zeros(len(rows), tokens, dtype=torch.bool), "inside": torch.zeros(len(rows), length, dtype=torch.bool), "spans": torch.full((len(rows), 2), float("nan"))}
    names = {}
    batch["meaning"] = torch.tensor([names.setdefault(row["meaning"], len(names)) for row in rows])
    for i, row in enumerate(rows):
        count = len(row["clips"])
        own = row["clips"] / (np.linalg.norm(row["clips"], axis=-1, keepdims=True) + 1e-5)
        begin = np.arange(count, dtype=np.float32)[:, None] / count
        batch["clips"][i, :count] = torch.from_numpy(np.concatenate([own, begin, begin + 1 / count], 1).astype(np.float32))
        batch["clip_mask"][i, :count] = True
        batch["words"][i, :len(row["words"])], batch["word_mask"][i, :len(row["words"])] = torch.from_numpy(row["words"]), True
        if row["span"]:
            start, end = (min(1.0, t / (count * head_model.CLIP)) for t in row["span"])
            middle = (torch.arange(count) + 0.5) / count
            inside = (middle >= start) & (middle < end)
            if not inside.any():
                inside[min(count - 1, int((start + end) / 2 * count))] = True
            batch["inside"][i, :count], batch["spans"][i] = inside, torch.tensor([start, end])
    return batch


@torch.no_grad()
def examined(model, rows):
    """R1@0.5, R1@0.7 and mean overlap of the best span, and the share of rows without a span whose best foreground is at least 0.5."""
    model.eval()
    overlaps, answered = [], []
    for row in rows:
        batch = batched([row])
        foreground, offsets, *_ = model(batch["clips"], batch["clip_mask"], batch["words"], batch["word_mask"])
        best, length = int(foreground[0].argmax()), len(row["clips"]) * head_model.CLIP
        if row["span"] is None:
            answered.append(float(foreground[0, best]) >= 0.5)
            continue
        anchor = float(head_model.anchors(batch["clip_mask"])[0, best])
        span = (max(0.0, anchor - float(offsets[0, best, 0])) * length, min(1.0, anchor + float(offsets[0, best, 1])) * length)
        overlaps.append(overlap(span, row["span"]))
    values = np.array(overlaps)
    return {"r1_50": float((values >= 0.5).mean()), "r1_70": float((values >= 0.7).mean()), "miou": float(values.mean()), "queries": len(values),
            "absent_answered": float(np.mean(answered)) if answered else float("nan")}


def train(arguments, seeds, words, held):
    state_path = arguments.work / "head.pt"
    first = np.load(arguments.work / f"{seeds[0]}.npz")["clips"].shape[1]
    torch.manual_seed(arguments.seed)
    model = head_model.UniVTG(first + 2, words("a person").shape[1])
    optimiser = torch.optim.AdamW(model.parameters(), lr=arguments.rate, weight_decay=1e-4)
    done = 0
    if state_path.exists():
        state = torch.load(state_path, weights_only=True)
        model.load_state_dict(state["model"]), optimiser.load_state_dict(state["optimizer"])
        done = state["epoch"]
        print(f"goes on after epoch {done}", flush=True)
    for epoch in range(done, arguments.teacher_epochs + arguments.epochs):
        kind = "teacher" if epoch < arguments.teacher_epochs else "all"
        rng = np.random.default_rng([arguments.seed, epoch])
        rows = list(examples(arguments.work, seeds, words, kind))
        rng.shuffle(rows)
        model.train()
        begun, total = time.time(), 0.0
        for i in range(0, len(rows), arguments.batch):
            loss, _ = head_model.losses(model, batched(rows[i:i + arguments.batch]))
            optimiser.zero_grad(), loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
            optimiser.step()
            total += float(loss.detach()) * len(rows[i:i + arguments.batch])
        torch.save({"model": model.state_dict(), "optimizer": optimiser.state_dict(), "epoch": epoch + 1}, state_path)
        report = examined(model, held) if epoch % 10 == 9 or epoch + 1 == arguments.teacher_epochs + arguments.epochs else {}
        print(f"epoch {epoch + 1} ({kind}): loss {total / max(1, len(rows)):.3f}, {len(rows)} rows, {time.time() - begun:.0f} s {report}", flush=True)
    return model


def main():
    parser = argparse.ArgumentParser(prog="train-head", description="Trains UniVTG's heads for the starter encoder.")
    parser.add_argument("--seed", type=int, default=400_000, help="of the first training clip; below 1000000")
    parser.add_argument("--clips", type=int, default=2000, help="rendered clips to train on")
    parser.add_argument("--held", type=int, default=40, help="clips held out, from seed 1600000 on")
    parser.add_argument("--teacher-epochs", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--workers", type=int, default=2, help="processes that render")
    parser.add_argument("--encoder", type=Path, default=ROOT / "share" / "models" / "starter-encoder")
    parser.add_argument("--work", type=Path, default=ROOT / "Starter" / ".cache" / "head")
    parser.add_argument("--out", type=Path, help="where the weights go, as safetensors for `alertd ground --network`")
    arguments = parser.parse_args()
    if arguments.seed + arguments.clips > 1_000_000:
        parser.error("--seed: those from 1000000 on belong to evaluation")
    arguments.work.mkdir(parents=True, exist_ok=True)
    seeds = list(range(arguments.seed, arguments.seed + arguments.clips))
    held_seeds = list(range(1_600_000, 1_600_000 + arguments.held))
    tasks = [(seed, arguments.work, arguments.encoder) for seed in held_seeds + seeds]
    with get_context("spawn").Pool(arguments.workers) as pool:
        for number, _ in enumerate(pool.imap_unordered(features, tasks), 1):
            if number % 20 == 0:
                print(f"{number} of {len(tasks)} clips", flush=True)
    words = Words(mirror.Encoder(arguments.encoder))
    held = list(examples(arguments.work, held_seeds, words, "all"))
    model = train(arguments, seeds, words, held)
    print(json.dumps(examined(model, held)))
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        save_file({name: value.contiguous() for name, value in model.state_dict().items()}, arguments.out)


if __name__ == "__main__":
    main()
