"""Writes Tests/Fixtures/clip/processor.json: small pictures and what transformers' CLIPImageProcessor makes of them.

    python Tests/Reference/clip_processor.py          needs numpy, pillow, transformers (any with CLIPImageProcessor)

Pictures are seeded noise over a gradient, base64 of their RGB bytes. `sized` is the 8-bit picture after resize and crop
by Pillow; `pixels` are a few values of the processor's float output, by flat index into [3, S, S].
"""

import base64
import json
import pathlib

import numpy
import PIL
import transformers
from PIL import Image

try:
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil as Processor
except ImportError:
    from transformers import CLIPImageProcessor as Processor

CASES = [  # width, height, resize, crop, filter (Pillow's numbers)
    (37, 23, 16, 16, 3), (23, 37, 16, 16, 3), (16, 16, 16, 16, 3), (5, 3, 16, 16, 3), (90, 17, 8, 8, 3),
    (64, 48, 31, 24, 3), (40, 30, 12, 20, 3), (33, 21, 9, 9, 3), (37, 23, 16, 16, 2), (37, 23, 16, 16, 1), (23, 41, 8, 8, 0),
    (37, 23, 16, 16, 4), (37, 23, 16, 16, 5), (50, 20, (18, 18), None, 3),
]


def main():
    random = numpy.random.default_rng(20260501)
    cases = []
    for width, height, resize, crop, resample in CASES:
        y, x = numpy.mgrid[:height, :width]
        ramp = numpy.stack([x * 255 / width, y * 255 / height, (x + y) * 127 / (width + height)], -1)
        array = numpy.clip(ramp + random.normal(0, 40, (height, width, 3)), 0, 255).astype(numpy.uint8)
        if isinstance(resize, tuple):
            config = {"size": {"height": resize[0], "width": resize[1]}, "do_center_crop": False}
        else:
            config = {"size": {"shortest_edge": resize}, "crop_size": {"height": crop, "width": crop}}
        config["resample"] = resample
        raw = Processor(**config, do_rescale=False, do_normalize=False)(Image.fromarray(array), return_tensors="np")
        full = Processor(**config)(Image.fromarray(array), return_tensors="np")["pixel_values"][0].astype(numpy.float32)
        sized = raw["pixel_values"][0].transpose(1, 2, 0).astype(numpy.uint8)
        flat = full.reshape(-1)
        picked = list(range(0, flat.size, max(1, flat.size // 24)))
        cases.append({
            "width": width, "height": height, "config": config, "side": sized.shape[0],
            "picture": base64.b64encode(array.tobytes()).decode(), "sized": base64.b64encode(sized.tobytes()).decode(),
            "pixels": [[i, float(flat[i])] for i in picked],
        })
    made = {"pillow": PIL.__version__, "transformers": transformers.__version__, "processor": Processor.__name__}
    target = pathlib.Path(__file__).parent.parent / "Fixtures/clip/processor.json"
    target.write_text(json.dumps({"made_with": made, "cases": cases}, indent=1) + "\n")
    print(made, len(cases), "cases")


main()
