"""Command: render events, train the describer, write its folder, print a report."""

import argparse
import json
import time
from pathlib import Path

import cv2
import torch

from . import activities, describer_export, event_frames
from .describer_training import DescriberTrainer, figures
from .pool import Shards, renderers
from .training import Clock, load, train

ROOT = Path(__file__).resolve().parents[2]
HELD_OUT = 1_000_000


def known_actions():
    """Verbs of the training material."""
    return list(dict.fromkeys(list(activities.NAMES) + ["nothing"]))


def main():
    parser = argparse.ArgumentParser(prog="train-describer", description="Train the starter describer from nothing and write its folder.")
    parser.add_argument("--cache", type=Path, default=ROOT / "Starter" / ".cache", help="rendered events and checkpoints")
    parser.add_argument("--out", type=Path, default=ROOT / "share" / "models" / "starter-describer")
    parser.add_argument("--scenes", type=int, default=3000, help="to render, five events each")
    parser.add_argument("--workers", type=int, default=2, help="processes that render")
    parser.add_argument("--capacity", type=int, default=16_000, help="most events kept in memory (0.45 MB each)")
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--seconds", type=float, help="train for so long instead of a number of steps")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="start", type=Path, help="begin with these weights; 0 steps only exports them")
    parser.add_argument("--keep", type=Path, help="write averaged and last weights here at every measurement, and stop before the export")
    parser.add_argument("--start-with", type=int, default=2000, help="events that must be there before the first step")
    parser.add_argument("--held-out", type=int, default=60, help="scenes to measure with")
    parser.add_argument("--first-held-out", type=int, default=HELD_OUT, help="their first seed")
    arguments = parser.parse_args()
    torch.set_num_threads(max(1, min(torch.get_num_threads(), 2)))
    cv2.setNumThreads(1)
    clock, folder = time.time(), arguments.cache / "events"

    def report(text):
        print(f"[{time.time() - clock:6.0f} s] {text}", flush=True)

    trainer = DescriberTrainer(known_actions(), arguments.seed, arguments.device)
    if arguments.start:
        trainer.load(arguments.start)
    for process in renderers("events", folder, min(arguments.workers, 6), arguments.first_held_out, arguments.held_out, 10):
        process.wait()
    working = renderers("events", folder, arguments.workers, 0, arguments.scenes, 8) if arguments.steps else []
    held_out = load(folder, arguments.first_held_out, arguments.first_held_out + arguments.held_out)
    truths = [event_frames.facts_at(held_out, row) for row in range(len(held_out["facts"]))]
    checkpoint = arguments.cache / "describer-checkpoint.pt"

    def keep(trainer):
        if arguments.keep:
            trainer.save(arguments.keep / "describer.pt"), trainer.save(arguments.keep / "describer-last.pt", averaged=False)
        else:
            trainer.checkpoint(checkpoint)

    def measured(trainer):
        answers = trainer.averaged().describe(held_out["frames"])
        report("\n".join(answers[:4]))
        return figures(answers, truths)

    def check(trainer):
        values = measured(trainer)
        return " ".join(f"{name} {value:.2f}" for name, value in values.items() if isinstance(value, float))

    if arguments.steps:
        timer = Clock(None, arguments.seconds) if arguments.seconds else Clock(arguments.steps)
        try:
            train(trainer, trainer.new_pool(arguments.capacity), Shards(folder, 0, HELD_OUT), timer, arguments.batch, arguments.rate, report, check=check,
                  keep=keep, start_with=arguments.start_with, resume=None if arguments.keep else checkpoint, working=working)
        finally:
            for process in working:
                process.terminate()
    values = measured(trainer)
    report(json.dumps(values))
    if arguments.keep:
        (arguments.keep / "describer.json").write_text(json.dumps(values))
        return
    trainer = trainer.averaged("cpu")
    describer_export.write_folder(trainer, arguments.out)
    report("largest difference to what transformers loads: {:.1e}".format(describer_export.check(trainer, arguments.out, held_out["frames"][:2])))
    (arguments.cache / "describer-report.json").write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()
