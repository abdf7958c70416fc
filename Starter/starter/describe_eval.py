"""Command: how often the describer is right on rendered events of seeds given at the time, beside the most frequent answer of each fact."""

import argparse
import json
import subprocess
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from . import describer as shape
from . import event_frames, telling
from .describer_training import DescriberTrainer, figures

ROOT = Path(__file__).resolve().parents[2]


def read_folder(folder):
    """The describer of a folder, in float32."""
    own = DescriberTrainer.__new__(DescriberTrainer)
    own.device, own.tokenizer = torch.device("cpu"), Tokenizer.from_file(str(folder / "tokenizer.json"))
    own.end, own.pad = shape.SPECIAL.index("<end_of_utterance>"), shape.SPECIAL.index("<|endoftext|>")
    own.model = shape.build(own.tokenizer.get_vocab_size(), 0)
    missing = own.model.load_state_dict({name: value.float() for name, value in load_file(str(folder / "model.safetensors")).items()}, strict=False)
    assert not missing.unexpected_keys and set(missing.missing_keys) <= {"lm_head.weight"}, missing
    own.model.tie_weights()
    return own


def by_program(alertd, folder, model):
    """(answers, facts) of every event of rendered clips (`render`), as `alertd describe` answers; it decodes and chooses the frames."""
    answers, facts = [], []
    for clip in json.loads((folder / "MANIFEST.json").read_text())["clips"]:
        for event in clip["events"]:
            if "facts" not in event:
                continue
            run = subprocess.run([str(alertd), "describe", str(folder / clip["file"]), "--from", str(event["start"]), "--to", str(event["end"]), "--describer", str(model), "--json"],
                                 capture_output=True, text=True, check=True)
            answers.append(run.stdout.strip().splitlines()[-1])
            facts.append(telling.Facts(**event["facts"]))
    return answers, facts


def main():
    parser = argparse.ArgumentParser(prog="describe-eval", description=__doc__)
    parser.add_argument("--seed", type=int, help="first seed, from 1,000,000 on")
    parser.add_argument("--alertd", type=Path, help="let this program answer on the clips of --clips instead of computing here")
    parser.add_argument("--clips", type=Path, help="a folder that `render` wrote")
    parser.add_argument("--scenes", type=int, default=40, help="places, five events each")
    parser.add_argument("--model", type=Path, default=ROOT / "share" / "models" / "starter-describer")
    parser.add_argument("--out", type=Path, help="write the figures here as JSON as well")
    parser.add_argument("--show", type=int, default=6, help="answers to print")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    if arguments.alertd:
        answers, facts = by_program(arguments.alertd, arguments.clips, arguments.model)
    elif arguments.seed is None:
        parser.error("either --seed, or --alertd and --clips")
    else:
        trainer, samples = read_folder(arguments.model), []
        for seed in range(arguments.seed, arguments.seed + arguments.scenes):
            samples += event_frames.scene_events(seed)
        facts = [sample.facts for sample in samples]
        answers = trainer.describe(np.stack([sample.frames for sample in samples]), batch=24)
    for answer, truth in list(zip(answers, facts))[:arguments.show]:
        print(f"{answer}\n    in truth: {truth}")
    result = figures(answers, facts)
    large = [i for i, truth in enumerate(facts) if truth.share >= 0.1 or truth.subject == "nothing"]
    result["from_tenth_of_height"] = {name: value for name, value in figures([answers[i] for i in large], [facts[i] for i in large]).items() if name in ("count", "correct", "all_four", "correct_baseline")}
    result = {"description_correct": result.pop("correct"), "description_correct_baseline": result.pop("correct_baseline"), **result}
    text = json.dumps(json.loads(json.dumps(result), parse_float=lambda v: round(float(v), 3)), indent=1)
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
