"""Writes vectors of encoders that have none elsewhere, from seeded random weights, and what transformers' processors do.

    python Tests/Reference/encoders.py      needs torch 2.13.0, transformers 5.23.0, safetensors 0.8.0, numpy,
                                            pillow 11.3.0 (from 13 on it swaps the two passes of a resize at times)

Tests/Fixtures/vectors/vlm/dinov2_registers_tiny, dinov2_gated_tiny: as `dinov2_tiny` of the vectors' form.
Tests/Fixtures/vit_tiny: a plain ViT, for the example of docs/adding-a-model.md.
Tests/Fixtures/processors.json: small pictures, the settings, and values of what SigLIP's, SigLIP 2's and DINOv2's
processors (those on Pillow) make of them, by flat index.
"""

import base64
import json
import pathlib

import numpy
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import (
    Dinov2Config, Dinov2Model, Dinov2WithRegistersConfig, Dinov2WithRegistersModel, ViTConfig, ViTModel)
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.siglip2.image_processing_pil_siglip2 import Siglip2ImageProcessorPil

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / 'Fixtures'


def dinov2(name, kind, config, seed):
    torch.manual_seed(seed)
    model = kind(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3 if parameter.ndim > 1 else 0.5)
        pixels, other = torch.randn(2, 3, 28, 28), torch.randn(1, 3, 35, 42)
        whole, second = model(pixels), model(other)
    folder = FIXTURES / 'vectors/vlm' / name
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    save_file({
        'pixel_values': pixels, 'last_hidden': whole.last_hidden_state.contiguous(), 'pooled': whole.pooler_output.contiguous(),
        'pixel_values_other_size': other, 'last_hidden_other_size': second.last_hidden_state.contiguous()}, folder / 'golden.safetensors')


def vit():
    torch.manual_seed(20303)
    config = ViTConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, image_size=28, patch_size=7)
    model = ViTModel(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3 if parameter.ndim > 1 else 0.5)
        pixels = torch.randn(2, 3, 28, 28)
        pooled = model(pixels).last_hidden_state[:, 0]
    folder = FIXTURES / 'vit_tiny'
    folder.mkdir(exist_ok=True)
    model.save_pretrained(folder)
    save_file({'pixel_values': pixels, 'pooled': pooled.contiguous()}, folder / 'golden.safetensors')


def processors():
    cases = []
    sizes = [(37, 23), (23, 37), (64, 64), (5, 3), (200, 12), (1, 40), (90, 61)]
    random = numpy.random.default_rng(11)
    for kind, settings in [
        ('siglip', {'size': {'height': 16, 'width': 16}}), ('siglip', {'size': {'height': 24, 'width': 24}, 'resample': 2}),
        ('siglip2', {'patch_size': 4, 'max_num_patches': 16}), ('siglip2', {'patch_size': 8, 'max_num_patches': 30, 'resample': 3}),
        ('dinov2', {'size': {'shortest_edge': 32}, 'crop_size': {'height': 28, 'width': 28}, 'image_mean': [0.485, 0.456, 0.406],
                    'image_std': [0.229, 0.224, 0.225]}),
    ]:
        processor = {'siglip': SiglipImageProcessorPil, 'siglip2': Siglip2ImageProcessorPil, 'dinov2': BitImageProcessorPil}[kind](**settings)
        for width, height in sizes:
            gradient = numpy.add.outer(numpy.arange(height) * 3, numpy.arange(width) * 2)[..., None] + numpy.array([0, 60, 120])
            picture = ((gradient + random.integers(0, 90, (height, width, 3))) % 256).astype(numpy.uint8)
            result = processor(Image.fromarray(picture), return_tensors='pt')
            values = result['pixel_values'][0]
            case = {'kind': kind, 'settings': settings, 'width': width, 'height': height, 'picture': base64.b64encode(picture.tobytes()).decode()}
            if kind == 'siglip2':
                rows, columns = result['spatial_shapes'][0].tolist()
                case['grid'] = [rows, columns]
                values = values[:rows * columns]
            flat = values.flatten()
            case['count'] = flat.numel()
            case['values'] = [[i, round(float(flat[i]), 7)] for i in sorted(random.choice(flat.numel(), min(40, flat.numel()), replace=False).tolist())]
            cases.append(case)
    (FIXTURES / 'processors.json').write_text(json.dumps({'cases': cases}, separators=(',', ':')))


def main():
    common = {'hidden_size': 32, 'num_hidden_layers': 2, 'num_attention_heads': 4, 'mlp_ratio': 2, 'image_size': 28, 'patch_size': 7}
    dinov2('dinov2_registers_tiny', Dinov2WithRegistersModel, Dinov2WithRegistersConfig(**common, num_register_tokens=3), 20301)
    dinov2('dinov2_gated_tiny', Dinov2Model, Dinov2Config(**common, use_swiglu_ffn=True), 20302)
    vit()
    processors()


if __name__ == '__main__':
    main()
