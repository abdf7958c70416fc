"""UniVTG in torch, small, under the published keys, and what its heads are trained with (Lin et al., "UniVTG", 2023)."""

import math

import torch
from torch import nn
from torch.nn import functional as F

WIDTH, FEED_FORWARD, HEADS, LAYERS = 128, 256, 8, 2
CLIP = 2.0                       # seconds of a clip
WEIGHTS = {"boundary": 10.0, "overlap": 1.0, "foreground": 10.0, "intra": 0.05, "inter": 0.01}
TEMPERATURE = 0.07


class Projection(nn.Module):
    def __init__(self, inputs, width, drop):
        super().__init__()
        self.LayerNorm, self.net = nn.LayerNorm(inputs), nn.Sequential(nn.Dropout(drop), nn.Linear(inputs, width))

    def forward(self, x):
        return self.net(self.LayerNorm(x))


class Layer(nn.Module):
    def __init__(self, width, feed_forward, heads):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(width, heads)
        self.linear1, self.linear2 = nn.Linear(width, feed_forward), nn.Linear(feed_forward, width)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, code, mask):
        mixed = self.self_attn(x + code, x + code, x, key_padding_mask=~mask, need_weights=False)[0]
        x = self.norm1(x + mixed)
        return self.norm2(x + self.linear2(F.gelu(self.linear1(x))))


class Head(nn.Module):
    def __init__(self, width, outputs):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv1d(width, out, 3, padding=1) for out in (width, width, outputs))

    def forward(self, x):
        x = x.transpose(1, 2)
        for layer in self.layers[:2]:
            x = F.relu(layer(x))
        return torch.sigmoid(self.layers[2](x)).transpose(1, 2)


class UniVTG(nn.Module):
    """clips [B, L, V], words [B, T, E] and their masks -> foreground [B, L], spans (before, after) [B, L, 2], saliency [B, L]."""

    def __init__(self, video, text, width=WIDTH, drop=0.3):
        super().__init__()
        self.input_vid_proj = nn.ModuleList([Projection(video, width, drop), Projection(width, width, drop)])
        self.input_txt_proj = nn.ModuleList([Projection(text, width, drop), Projection(width, width, drop)])
        self.token_type_embeddings = nn.Embedding(2, width)
        self.transformer = nn.ModuleDict({"encoder": nn.ModuleDict({"layers": nn.ModuleList(Layer(width, FEED_FORWARD, HEADS) for _ in range(LAYERS))})})
        self.class_embed, self.span_embed, self.weightedpool = Head(width, 1), Head(width, 2), nn.ParameterDict({"weight": nn.Parameter(torch.randn(width, 1) / width ** 0.5)})

    @staticmethod
    def _projected(layers, x):
        return layers[1](F.relu(layers[0](x)))

    def forward(self, clips, clip_mask, words, word_mask):
        video = self._projected(self.input_vid_proj, clips) + self.token_type_embeddings.weight[1]
        text = self._projected(self.input_txt_proj, words) + self.token_type_embeddings.weight[0]
        x, mask = torch.cat([video, text], 1).transpose(0, 1), torch.cat([clip_mask, word_mask], 1)
        place = clip_mask.cumsum(1).float()
        place = place / (place[:, -1:] + 1e-6) * 2 * math.pi
        channel = torch.arange(video.shape[-1])
        angle = place[..., None] / 10000 ** (2 * (channel // 2) / video.shape[-1])
        code = torch.where(channel % 2 == 0, angle.sin(), angle.cos())
        code = torch.cat([code, torch.zeros_like(text)], 1).transpose(0, 1)
        for layer in self.transformer["encoder"]["layers"]:
            x = layer(x, code, mask)
        memory = x[:clips.shape[1]].transpose(0, 1)
        score = (text @ self.weightedpool["weight"])[..., 0].masked_fill(~word_mask, -1e30)
        pooled = (score.softmax(1)[..., None] * text).sum(1)
        return self.class_embed(memory)[..., 0], self.span_embed(memory), F.cosine_similarity(video, pooled[:, None], dim=-1), pooled, video


def anchors(mask):
    """Of clip i of L, where its offsets begin: its right edge, as a share of the video (the published anchor for clips of two seconds)."""
    length = mask.sum(1, keepdim=True)
    return torch.arange(1, mask.shape[1] + 1)[None] / length


def losses(model, batch):
    """The published losses; `batch` as `train_head.batched` makes it, spans as shares of the video, NaN where there is none."""
    foreground, offsets, saliency, pooled, video = model(batch["clips"], batch["clip_mask"], batch["words"], batch["word_mask"])
    mask, inside = batch["clip_mask"], batch["inside"]
    weight = torch.where(inside, 1.0, 0.1) * mask
    parts = {"foreground": (F.binary_cross_entropy(foreground.clamp(1e-6, 1 - 1e-6), inside.float(), reduction="none") * weight).sum() / mask.sum()}
    spans = torch.nan_to_num(batch["spans"])
    anchor = anchors(mask)
    start, end = anchor - offsets[..., 0], anchor + offsets[..., 1]
    true_start, true_end = spans[:, None, 0].expand_as(start), spans[:, None, 1].expand_as(end)
    count = inside.sum().clamp(min=1)
    parts["boundary"] = ((F.smooth_l1_loss(start, true_start, reduction="none") + F.smooth_l1_loss(end, true_end, reduction="none")) * inside).sum() / count
    inter = (torch.minimum(end, true_end) - torch.maximum(start, true_start)).clamp(min=0)
    hull = (torch.maximum(end, true_end) - torch.minimum(start, true_start)).clamp(min=1e-6)
    union = ((end - start) + (true_end - true_start) - inter).clamp(min=1e-6)
    parts["overlap"] = ((1 - inter / union + (hull - union) / hull) * inside).sum() / count
    has = inside.any(1)
    parts["intra"] = parts["inter"] = foreground.sum() * 0
    if has.any():
        level = (saliency / TEMPERATURE).masked_fill(~mask, -1e30)
        best = torch.where(inside, saliency, -2).argmax(1)
        parts["intra"] = F.cross_entropy(level[has], best[has])
        chosen = F.normalize(video[has, best[has]], dim=-1) @ F.normalize(pooled[has], dim=-1).T / TEMPERATURE
        # Rows that say the same are no negatives of each other.
        same = batch["meaning"][has][:, None] == batch["meaning"][has][None]
        chosen = chosen.masked_fill(same & ~torch.eye(len(chosen), dtype=torch.bool), -1e30)
        target = torch.arange(len(chosen))
        parts["inter"] = (F.cross_entropy(chosen, target) + F.cross_entropy(chosen.T, target)) / 2
    return sum(WEIGHTS[name] * value for name, value in parts.items()), {name: float(value.detach()) for name, value in parts.items()}
