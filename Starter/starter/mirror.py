"""The product's way from a recording to cosines, in NumPy: decode, foreground, encode, compare. Slow, and needs no build.

`golden` holds it against the vectors that transformers computed with the same weights, which the product's tests hold the product
against; the foreground code is the reference of the product's.
"""

import base64
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from . import foreground, video
from .crops import quick_average
from .tokens import Vocabulary

FOLLOW = 0.9                     # the background follows a picture when the last that it followed is this many seconds old
TYPES = {"F16": np.float16, "F32": np.float32}


def tensors(path):
    """{name: float32 array} of a safetensors file."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + size])
    return {name: np.frombuffer(data[8 + size:], TYPES[entry["dtype"]], int(np.prod(entry["shape"])), entry["data_offsets"][0]).reshape(entry["shape"]).astype(np.float32)
            for name, entry in header.items() if name != "__metadata__" and entry["dtype"] in TYPES}


class Encoder:
    """A CLIP folder with quick GELU."""

    def __init__(self, folder):
        folder = Path(folder)
        self.configuration = json.loads((folder / "config.json").read_text())
        self.weights = {name: value for path in sorted(folder.glob("*.safetensors")) for name, value in tensors(path).items()}
        merges = [tuple(line.split(" ")) for line in (folder / "merges.txt").read_text().splitlines() if line and not line.startswith("#version")]
        self.vocabulary = Vocabulary(merges)
        preprocessing = json.loads((folder / "preprocessor_config.json").read_text())
        self.mean, self.deviation = (np.array(preprocessing[name], np.float32) for name in ("image_mean", "image_std"))
        self.side = self.configuration["vision_config"]["image_size"]

    def _linear(self, x, name):
        y = x @ self.weights[name + ".weight"].T
        return y + self.weights[name + ".bias"] if name + ".bias" in self.weights else y

    def _norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def _layers(self, x, tower, causal):
        sizes = self.configuration[tower + "_config"]
        heads, (count, length, width) = sizes["num_attention_heads"], x.shape
        mask = np.triu(np.full((length, length), -1e9, np.float32), 1) if causal else 0
        split = lambda y: y.reshape(count, length, heads, width // heads).transpose(0, 2, 1, 3)
        for i in range(sizes["num_hidden_layers"]):
            at = f"{tower}_model.encoder.layers.{i}."
            y = self._norm(x, at + "layer_norm1")
            q, k, v = (split(self._linear(y, at + f"self_attn.{name}_proj")) for name in "qkv")
            weights = q @ k.transpose(0, 1, 3, 2) * (width // heads) ** -0.5 + mask
            weights = np.exp(weights - weights.max(-1, keepdims=True))
            y = (weights / weights.sum(-1, keepdims=True)) @ v
            x = x + self._linear(y.transpose(0, 2, 1, 3).reshape(count, length, width), at + "self_attn.out_proj")
            y = self._linear(self._norm(x, at + "layer_norm2"), at + "mlp.fc1")
            x = x + self._linear(y / (1 + np.exp(-1.702 * y)), at + "mlp.fc2")
        return x

    def texts(self, texts):
        """Unit vectors [N, D]."""
        rows = []
        for text in texts:
            ids = self.vocabulary.encode(text, self.configuration["text_config"]["max_position_embeddings"])
            x = self.weights["text_model.embeddings.token_embedding.weight"][ids] + self.weights["text_model.embeddings.position_embedding.weight"][:len(ids)]
            x = self._norm(self._layers(x[None], "text", True), "text_model.final_layer_norm")
            rows.append(self._linear(x[0, -1], "text_projection"))
        return _unit(np.array(rows))

    def looks(self, looks):
        """uint8 or float [N, S, S, 3] of 0...255 -> unit vectors [N, D]."""
        patch = self.configuration["vision_config"]["patch_size"]
        x = (np.asarray(looks, np.float32) / 255 - self.mean) / self.deviation
        count, side = len(x), self.side // patch
        x = x.reshape(count, side, patch, side, patch, 3).transpose(0, 1, 3, 5, 2, 4).reshape(count, side * side, -1)
        x = x @ self.weights["vision_model.embeddings.patch_embedding.weight"].reshape(-1, x.shape[-1]).T
        first = np.broadcast_to(self.weights["vision_model.embeddings.class_embedding"], (count, 1, x.shape[-1]))
        x = np.concatenate([first, x], 1) + self.weights["vision_model.embeddings.position_embedding.weight"]
        x = self._layers(self._norm(x, "vision_model.pre_layrnorm"), "vision", False)
        return _unit(self._linear(self._norm(x[:, 0], "vision_model.post_layernorm"), "visual_projection"))


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def looks_of(path, fps, side):
    """[(seconds, looks [k, S, S, 3])] of a recording's analysed frames."""
    settings = foreground.Settings(look=side)
    background, followed, result = foreground.Background(settings, average=quick_average), None, []
    for seconds, picture in video.read(path, 1 / fps):
        follows = followed is None or seconds - followed >= FOLLOW
        state = background if follows else replace(background)
        followed = seconds if follows else followed
        views = foreground.looks(picture, state.advance(picture), settings)
        result.append((seconds, np.clip(np.rint(np.stack(views)), 0, 255).astype(np.uint8)))
    return result


_SEEN = {}


def scores(encoder_folder, files, sentences, fps):
    """{file name: (seconds [F], largest cosines [F, sentences], looks [F])}, as `alertd eval scores` prints them."""
    encoder, result = Encoder(encoder_folder), {}
    texts = encoder.texts(sentences)
    for path in files:
        key = (str(path), fps, encoder.side)
        if key not in _SEEN:                 # other towers see the same
            _SEEN[key] = looks_of(path, fps, encoder.side)
        frames = _SEEN[key]
        every = np.concatenate([looks for _, looks in frames])
        vectors = np.concatenate([encoder.looks(every[i:i + 64]) for i in range(0, len(every), 64)])
        ends = np.cumsum([len(looks) for _, looks in frames])[:-1]
        cosines = np.array([(part @ texts.T).max(0) for part in np.split(vectors, ends)])
        result[Path(path).name] = (np.array([seconds for seconds, _ in frames]), cosines, np.array([len(looks) for _, looks in frames]))
    return result


def golden(folder, path):
    """Largest difference from the golden vectors (texts, looks)."""
    encoder, known = Encoder(folder), json.loads(Path(path).read_text())
    texts = encoder.texts([row["text"] for row in known["texts"]])
    pixels = np.stack([np.frombuffer(base64.b64decode(row["pixels"]), np.uint8).reshape(encoder.side, encoder.side, 3) for row in known["looks"]])
    pairs = ((texts, known["texts"]), (encoder.looks(pixels), known["looks"]))
    return tuple(float(np.abs(own - np.array([row["embeds"] for row in rows])).max()) for own, rows in pairs)
