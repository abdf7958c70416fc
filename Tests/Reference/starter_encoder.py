"""Writes Tests/Fixtures/starter-encoder/golden.json: what transformers computes with share/models/starter-encoder.

Run with the environment of Starter (`Starter/.venv/bin/python Tests/Reference/starter_encoder.py`).

  texts[i]   text, ids (token ids with start and end marks, cut to 32), embeds [128] (unit length)
  looks[i]   pixels: base64 of uint8 [96, 96, 3] RGB, embeds [128] (unit length)
  scale, bias and probabilities[i][j] = sigmoid(scale * text i . look j + bias), as grounding.json has them
Weights are read as float32 from the half-precision file; float32 arithmetic. Values agree within 1e-4.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import CLIPModel, CLIPTokenizer

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Starter"))
from starter.crops import scene_crops  # noqa: E402

FOLDER = ROOT / "share" / "models" / "starter-encoder"
TARGET = ROOT / "Tests" / "Fixtures" / "starter-encoder"
SEED = 1_000_500
TEXTS = ["a person walks through the yard", "several people", "a car drives through the yard", "an empty scene", "a fire with smoke",
         "Nobody  is THERE!", "a zebra-crossing, 42 bicycles & an épée", "", "the man who does not want to be seen climbs over the second fence behind the old "
         "warehouse and then walks slowly along the wall towards the gate"]


def main():
    torch.set_num_threads(1)
    model = CLIPModel.from_pretrained(FOLDER, dtype=torch.float32).eval()
    tokenizer = CLIPTokenizer.from_pretrained(FOLDER)
    preprocessing = json.loads((FOLDER / "preprocessor_config.json").read_text())
    looks = [crop.look for crop in scene_crops(SEED, moments=4)[:6]]
    mean, deviation = (torch.tensor(preprocessing[name]).reshape(1, 3, 1, 1) for name in ("image_mean", "image_std"))
    pixels = (torch.from_numpy(np.stack(looks)).float().permute(0, 3, 1, 2) / 255 - mean) / deviation
    unit = lambda v: torch.nn.functional.normalize(v, dim=-1)
    with torch.no_grad():
        images = unit(model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)).numpy()
        texts = []
        for text in TEXTS:
            ids = tokenizer(text, truncation=True, max_length=32)["input_ids"]
            vector = unit(model.text_projection(model.text_model(input_ids=torch.tensor([ids])).pooler_output))[0]
            texts.append({"text": text, "ids": ids, "embeds": [round(float(v), 6) for v in vector]})
    similarity = json.loads((FOLDER / "grounding.json").read_text())["similarity"]
    cosines = np.array([row["embeds"] for row in texts]) @ images.T
    probabilities = 1 / (1 + np.exp(-(similarity["scale"] * cosines + similarity["bias"])))
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / "golden.json").write_text(json.dumps({
        "texts": texts, "looks": [{"pixels": base64.b64encode(look.tobytes()).decode(), "embeds": [round(float(v), 6) for v in row]} for look, row in zip(looks, images)],
        "scale": similarity["scale"], "bias": similarity["bias"], "probabilities": np.round(probabilities, 6).tolist()}) + "\n")
    print(f"{len(texts)} texts, {len(looks)} looks")


if __name__ == "__main__":
    main()
