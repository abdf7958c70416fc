#!/usr/bin/env python3
"""UniVTG's forward pass in torch, 32-bit floats, written from its description: the peer of `alertd`'s.

    univtg.py FILE [THREADS]     FILE as GroundingBench writes it; one JSON line
"""

import json
import math
import struct
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

CLIPS, WORDS, VIDEO, TEXT, HEADS = 75, 20, 2818, 512, 8


def weights(path):
    with open(path, "rb") as stream:
        (size,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(size))
        data = bytearray(stream.read())
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = torch.frombuffer(data, dtype=torch.float32, offset=begin, count=(end - begin) // 4).reshape(
            entry["shape"]
        )
    return tensors


def numbers(seed, count, scale):
    index = np.arange(1, count + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + index * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    unit = (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return torch.from_numpy((scale * (2 * unit - 1)).astype(np.float32))


class Network(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.w, self.width = w, w["input_vid_proj.0.net.1.weight"].shape[0]
        self.attention, self.layers = nn.ModuleList(), 4
        for layer in range(self.layers):
            module = nn.MultiheadAttention(self.width, HEADS)
            prefix = f"transformer.encoder.layers.{layer}.self_attn."
            module.load_state_dict({key[len(prefix) :]: value for key, value in w.items() if key.startswith(prefix)})
            self.attention.append(module)

    def project(self, x, name):
        for index in range(2):
            p = f"{name}.{index}."
            x = F.layer_norm(x, x.shape[-1:], self.w[p + "LayerNorm.weight"], self.w[p + "LayerNorm.bias"])
            x = F.linear(x, self.w[p + "net.1.weight"], self.w[p + "net.1.bias"])
            if index == 0:
                x = F.relu(x)
        return x

    def head(self, memory, name):
        x = memory.t()[None]
        for index in range(3):
            x = F.conv1d(x, self.w[f"{name}.layers.{index}.weight"], self.w[f"{name}.layers.{index}.bias"], padding=1)
            if index < 2:
                x = F.relu(x)
        return torch.sigmoid(x[0].t())

    def forward(self, clips, words):
        types = self.w["token_type_embeddings.weight"]
        video = self.project(clips, "input_vid_proj") + types[1]
        text = self.project(words, "input_txt_proj") + types[0]
        count = len(clips)
        place = torch.arange(1, count + 1) / (count + 1e-6) * 2 * math.pi
        channel = torch.arange(self.width)
        angle = place[:, None] / 10000 ** (2 * (channel // 2) / self.width)
        code = torch.where(channel % 2 == 0, angle.sin(), angle.cos())
        code = torch.cat([code, torch.zeros(len(words), self.width)])[:, None]
        x = torch.cat([video, text])[:, None]
        for layer in range(self.layers):
            p = f"transformer.encoder.layers.{layer}."
            mixed = self.attention[layer](x + code, x + code, x, need_weights=False)[0]
            x = F.layer_norm(x + mixed, x.shape[-1:], self.w[p + "norm1.weight"], self.w[p + "norm1.bias"])
            wide = F.gelu(F.linear(x, self.w[p + "linear1.weight"], self.w[p + "linear1.bias"]))
            narrow = F.linear(wide, self.w[p + "linear2.weight"], self.w[p + "linear2.bias"])
            x = F.layer_norm(x + narrow, x.shape[-1:], self.w[p + "norm2.weight"], self.w[p + "norm2.bias"])
        memory = x[:count, 0]
        foreground, spans = self.head(memory, "class_embed"), self.head(memory, "span_embed")
        weight = torch.softmax(text @ self.w["weightedpool.weight"], 0)
        pooled = (weight * text).sum(0, keepdim=True)
        return foreground[:, 0], spans, F.cosine_similarity(video, pooled)


def main():
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else torch.get_num_threads())
    network = Network(weights(sys.argv[1])).eval()
    inputs = numbers(2, CLIPS * VIDEO + WORDS * TEXT, 0.05)
    clips, words = inputs[: CLIPS * VIDEO].reshape(CLIPS, VIDEO), inputs[CLIPS * VIDEO :].reshape(WORDS, TEXT)
    with torch.inference_mode():
        foreground = network(clips, words)[0]
        best = math.inf
        for _ in range(15):
            began = time.perf_counter()
            network(clips, words)
            best = min(best, time.perf_counter() - began)
    print(json.dumps({"threads": torch.get_num_threads(), "seconds": best, "foreground": foreground.tolist()}))


if __name__ == "__main__":
    main()
