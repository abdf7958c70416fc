"""Makes the models that every contender runs: seeded random weights in the published shapes of CLIP ViT-B/32 and
SigLIP-B/16-224, as a Hugging Face folder (torch, alertd), as ONNX (ONNX Runtime) and as OpenVINO IR, in 32-bit floats and
in int8 by each library's own tool.

    python models.py FOLDER        fills FOLDER; what is there already stays

Random weights compute as long as trained ones do; int8 accuracy is not judged here.
"""

import os
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import (CLIPConfig, CLIPModel, CLIPVisionModelWithProjection, SiglipConfig, SiglipModel,
                          SiglipVisionModel)

SIDE = 224
SEED = 20261126


def clip():
    """OpenAI's ViT-B/32; its text tower is cut to one layer, because only pictures are encoded here."""
    return CLIPModel(CLIPConfig(text_config={"num_hidden_layers": 1}, vision_config={"image_size": SIDE, "patch_size": 32}))


def siglip():
    """Google's siglip-base-patch16-224; its text tower is cut likewise."""
    return SiglipModel(SiglipConfig(text_config={"num_hidden_layers": 1}, vision_config={"image_size": SIDE, "patch_size": 16}))


MODELS = {"clip-vit-b32": (clip, CLIPVisionModelWithProjection), "siglip-b16-224": (siglip, SiglipVisionModel)}


class Embeds(torch.nn.Module):
    """pixels [B, 3, S, S] → embedding [B, D] alone."""

    def __init__(self, tower):
        super().__init__()
        self.tower = tower

    def forward(self, pixels):
        out = self.tower(pixel_values=pixels)
        return out.image_embeds if "image_embeds" in out else out.pooler_output


def load_tower(folder, name):
    """The vision tower that torch runs."""
    return Embeds(MODELS[name][1].from_pretrained(Path(folder) / name, dtype=torch.float32).eval()).eval()


def pixels(batch, seed=0):
    """[B, 3, S, S] as normalised pictures are: smooth colour fields and some noise."""
    random = np.random.default_rng(SEED + seed)
    coarse = torch.from_numpy(random.normal(size=(batch, 3, 7, 7)).astype(np.float32))
    smooth = torch.nn.functional.interpolate(coarse, size=(SIDE, SIDE), mode="bicubic", align_corners=False).numpy()
    return (smooth + 0.2 * random.normal(size=smooth.shape)).astype(np.float32)


def make(folder, name):
    target = Path(folder) / name
    if not (target / "model.safetensors").exists():
        torch.manual_seed(SEED)
        MODELS[name][0]().eval().save_pretrained(target)
    onnx = target / "fp32.onnx"
    if not onnx.exists():
        torch.onnx.export(load_tower(folder, name), (torch.from_numpy(pixels(1)),), str(onnx), dynamo=False, opset_version=17,
                          input_names=["pixels"], output_names=["embeds"],
                          dynamic_axes={"pixels": {0: "batch"}, "embeds": {0: "batch"}})
    if not (target / "int8.onnx").exists():
        from onnxruntime.quantization import QuantType, quantize_dynamic
        quantize_dynamic(str(onnx), str(target / "int8.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    if not (target / "int8.xml").exists():
        import nncf
        import openvino
        model = openvino.convert_model(str(onnx))
        model.reshape([1, 3, SIDE, SIDE])
        openvino.save_model(model, str(target / "fp32.xml"), compress_to_fp16=False)
        data = nncf.Dataset([pixels(1, seed) for seed in range(32)])
        quantised = nncf.quantize(model, data, model_type=nncf.ModelType.TRANSFORMER, subset_size=32)
        openvino.save_model(quantised, str(target / "int8.xml"), compress_to_fp16=False)


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    for model in MODELS:
        make(sys.argv[1], model)
        print(f"{model}: ready", flush=True)
