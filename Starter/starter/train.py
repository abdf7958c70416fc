"""Command: render crops, train the picture tower, then the text tower, export, fit the constants, check the demonstration clip, print a report."""

import argparse
import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from . import broad, demo_check, export, fitting, measures, teacher
from .pool import Shards, renderers
from .training import FURTHER, Clock, Trainer, load, train

ROOT = Path(__file__).resolve().parents[2]
HELD_OUT, FITTING = 1_000_000, 1_500_000         # first seeds of held-out crops and of the clips for the constants


def main():
    parser = argparse.ArgumentParser(prog="train", description="Train the starter encoder from nothing and write its folder. A run that was cut off goes on where its last checkpoint was.")
    parser.add_argument("--cache", type=Path, default=ROOT / "Starter" / ".cache", help="rendered crops and checkpoints")
    parser.add_argument("--out", type=Path, default=ROOT / "share" / "models" / "starter-encoder")
    parser.add_argument("--scenes", type=int, default=4000, help="to render")
    parser.add_argument("--workers", type=int, default=2, help="processes that render")
    parser.add_argument("--capacity", type=int, default=130_000, help="most crops kept in memory (27 KB each)")
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--seconds", type=float, help="train for so long instead of a number of steps")
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--sentences", type=int, default=60_000, help="in broad English, for the text tower")
    parser.add_argument("--sentences-file", type=Path, help="read them (a JSON list) instead of making them")
    parser.add_argument("--word-steps", type=int, default=4000, help="steps of the text tower")
    parser.add_argument("--word-seconds", type=float, help="train it for so long instead of a number of steps")
    parser.add_argument("--word-batch", type=int, default=256)
    parser.add_argument("--word-rate", type=float, default=8e-4)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--clips", type=int, default=24, help="held-out clips for the constants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="start", type=Path, help="begin with these weights instead of from nothing; 0 steps only exports them")
    parser.add_argument("--teacher", type=Path, help="folder of the sentence model, instead of fetching it")
    parser.add_argument("--keep", type=Path, help="write averaged weights here at every measurement and at the end, and stop before the export")
    parser.add_argument("--start-with", type=int, default=8000, help="crops that must be there before the first step")
    parser.add_argument("--held-out", type=int, default=50, help="scenes to measure with")
    arguments = parser.parse_args()
    torch.set_num_threads(max(1, min(torch.get_num_threads(), 2)))
    cv2.setNumThreads(1)
    clock, folder = time.time(), arguments.cache / "crops"

    def report(text):
        print(f"[{time.time() - clock:6.0f} s] {text}", flush=True)

    trainer = Trainer(arguments.seed, device=arguments.device, teacher=teacher.Teacher(arguments.teacher or teacher.fetch(arguments.cache), arguments.device))
    if arguments.start:
        trainer.load(arguments.start)
    working = renderers("crops", folder, min(arguments.workers, 5), HELD_OUT, arguments.held_out, 10)
    for process in working:
        process.wait()
    if arguments.steps:
        working = renderers("crops", folder, arguments.workers, 0, arguments.scenes, 10)
    held_out = load(folder, HELD_OUT, HELD_OUT + arguments.held_out)
    untrained = Trainer(7, vocabulary=trainer.vocabulary)
    untrained.spoken = True
    untrained = measures.crop_figures(untrained, held_out)
    checkpoint = arguments.cache / "checkpoint.pt"

    def keep(trainer):
        if arguments.keep:
            trainer.averaged().save(arguments.keep / "encoder.pt")
        else:
            trainer.checkpoint(checkpoint)

    def check(trainer):
        average = trainer.averaged()
        exam = measures.examined(average, held_out)
        return measures.brief(measures.crop_figures(average, held_out)) + "  examination " + " ".join(f"{n} {v:.2f}" for n, v in exam.items() if isinstance(v, float))

    if arguments.steps:
        timer = Clock(None, arguments.seconds) if arguments.seconds else Clock(arguments.steps)
        try:
            train(trainer, trainer.new_pool(arguments.capacity), Shards(folder, 0, HELD_OUT), timer, arguments.batch, arguments.rate, report, check=check, keep=keep,
                  start_with=arguments.start_with, resume=None if arguments.keep else checkpoint, working=working)
        finally:
            for process in working:
                process.terminate()
    trainer = trainer.averaged()
    if not trainer.spoken:
        report("by the sentence model: " + json.dumps({name: value for name, value in measures.examined(trainer, held_out).items() if isinstance(value, float)}))
        timer = Clock(None, arguments.word_seconds) if arguments.word_seconds else Clock(arguments.word_steps)
        texts = json.loads(arguments.sentences_file.read_text()) if arguments.sentences_file else broad.corpus(np.random.default_rng(arguments.seed), arguments.sentences, trainer.teacher.words(FURTHER))
        trainer.learn_words(timer, arguments.word_batch, arguments.word_rate, texts, report)
    trainer = trainer.averaged("cpu")
    figures = measures.crop_figures(trainer, held_out)
    if arguments.keep:
        trainer.save(arguments.keep / "encoder.pt")
        exam = measures.examined(trainer, held_out)
        report(json.dumps(exam))
        (arguments.keep / "encoder.json").write_text(json.dumps(figures | {"examination": exam}, default=float))
        return report(measures.brief(figures))
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
