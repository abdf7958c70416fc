"""Command: render crops, train, export, fit the constants, check the demonstration clip, print a report."""

import argparse
import json
import time
from pathlib import Path

import cv2
import torch

from . import crops, demo_check, export, fitting, measures
from .training import Trainer, load

ROOT = Path(__file__).resolve().parents[2]
HELD_OUT, FITTING = 1_000_000, 1_500_000         # first seeds of held-out crops and of the clips for the constants


def main():
    parser = argparse.ArgumentParser(prog="train", description="Train the starter encoder from nothing and write its folder.")
    parser.add_argument("--cache", type=Path, default=ROOT / "Starter" / ".cache", help="rendered crops and checkpoints")
    parser.add_argument("--out", type=Path, default=ROOT / "share" / "models" / "starter-encoder")
    parser.add_argument("--scenes", type=int, default=2000, help="about 24 crops each")
    parser.add_argument("--steps", type=int, default=4500, help="of 48 crops")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--clips", type=int, default=24, help="held-out clips for the constants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="start", type=Path, help="go on from a checkpoint instead of from nothing; 0 steps only exports it")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    clock = time.time()

    def report(text):
        print(f"[{time.time() - clock:6.0f} s] {text}", flush=True)

    crops.render(arguments.cache / "crops", HELD_OUT, 50, 25, report)
    if arguments.steps:
        crops.render(arguments.cache / "crops", 0, arguments.scenes, 25, report)
    held_out = load(arguments.cache / "crops", HELD_OUT, HELD_OUT + 50)
    trainer = Trainer(arguments.seed)
    untrained = measures.crop_figures(trainer, held_out)
    if arguments.start:
        trainer.load(arguments.start)
    checkpoint = arguments.cache / "checkpoint.pt"

    def check(trainer):
        trainer.save(checkpoint)
        return measures.brief(measures.crop_figures(trainer, held_out))

    if arguments.steps:
        trainer.run(load(arguments.cache / "crops", 0, HELD_OUT), arguments.steps, arguments.rate, report=report, check=check)
        trainer.save(checkpoint)
    export.write_folder(trainer, arguments.out)
    differences = export.check(trainer, arguments.out, ["a person walks through the yard", "Two cars & a zebra-crossing!"], held_out["looks"][:8])
    report("largest difference to what transformers loads: text {:.1e}, picture {:.1e}".format(*differences))
    clips = [fitting.analysed_story(seed) for seed in range(FITTING, FITTING + arguments.clips)]
    constants, fitted = fitting.fit(trainer, clips, report=report)
    (arguments.out / "grounding.json").write_text(json.dumps(constants, indent=2) + "\n")
    demo = ROOT / "share" / "demo"
    found = demo_check.check(trainer, constants, demo, report) if (demo / "MANIFEST.json").exists() else None
    figures = measures.crop_figures(trainer, held_out)
    result = {"held_out_crops": figures["crops"], "top1": figures["top1"], "top1_constant": figures["top1_constant"], "top1_untrained": untrained["top1"],
              "recall": figures["recall"], "auc": figures["area"], "auc_untrained": {name: untrained["area"][name] for name in ("person", "vehicle")},
              "clips": fitted, "constants": constants, "demo_clip_found": found, "seconds": time.time() - clock}
    rounded = json.loads(json.dumps(result, default=float), parse_float=lambda text: round(float(text), 4))
    (arguments.cache / "report.json").write_text(json.dumps(rounded, indent=1) + "\n")
    print(json.dumps(rounded, indent=1))


if __name__ == "__main__":
    main()
