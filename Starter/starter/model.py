"""The encoder's shape: a small CLIP (96x96 pictures in 12x12 patches, 32 tokens of text), as transformers builds it."""

import numpy as np
import torch
from transformers import CLIPConfig, CLIPModel

from .tokens import END, START

MEAN, DEVIATION = 0.5, 0.25      # of pixel values 0...1, all channels
POSITIONS = 32                   # longest text in tokens
SIDE, PATCH = 96, 12             # of a picture and of its patches, pixels
WIDTH, LAYERS = 192, 6           # of the picture tower
JOINT = 128                      # values of what both towers give


def configuration(vocabulary_size, start, end, width=WIDTH, layers=LAYERS):
    return CLIPConfig(
        text_config=dict(vocab_size=vocabulary_size, hidden_size=256, intermediate_size=1024, projection_dim=JOINT, num_hidden_layers=4,
                         num_attention_heads=8, max_position_embeddings=POSITIONS, hidden_act="quick_gelu", bos_token_id=start,
                         eos_token_id=end, pad_token_id=end),
        vision_config=dict(hidden_size=width, intermediate_size=4 * width, projection_dim=JOINT, num_hidden_layers=layers,
                           num_attention_heads=width // 32, image_size=SIDE, patch_size=PATCH, hidden_act="quick_gelu"),
        projection_dim=JOINT, logit_scale_init_value=2.6592)


def build(vocabulary, seed, width=WIDTH, layers=LAYERS):
    torch.manual_seed(seed)
    config = configuration(len(vocabulary.index), vocabulary.index[START], vocabulary.index[END], width, layers)
    return CLIPModel(config)


def token_batch(vocabulary, texts):
    """input_ids and attention_mask [N, longest], padded with the end mark."""
    rows = [vocabulary.encode(text, POSITIONS) for text in texts]
    longest = max(map(len, rows))
    ids = np.full((len(rows), longest), vocabulary.index[END], np.int64)
    mask = np.zeros((len(rows), longest), np.int64)
    for i, row in enumerate(rows):
        ids[i, :len(row)], mask[i, :len(row)] = row, 1
    return torch.from_numpy(ids), torch.from_numpy(mask)


def encode_texts(model, vocabulary, texts):
    """Unit vectors [N, 128]. Padding follows the end mark, so the causal mask makes an attention mask needless."""
    ids, _ = token_batch(vocabulary, texts)
    states = model.text_model(input_ids=ids.to(model.logit_scale.device))
    return torch.nn.functional.normalize(model.text_projection(states.pooler_output), dim=-1)


def normalise(looks):
    """uint8 or float [N, 96, 96, 3] of 0...255 -> float [N, 3, 96, 96] as the tower takes it."""
    pixels = torch.as_tensor(np.asarray(looks)).float().permute(0, 3, 1, 2) / 255
    return (pixels - MEAN) / DEVIATION


def encode_pixels(model, pixels):
    """Unit vectors [N, 128] and the patches' last states [N, 64, width]."""
    states = model.vision_model(pixel_values=pixels)
    return torch.nn.functional.normalize(model.visual_projection(states.pooler_output), dim=-1), states.last_hidden_state[:, 1:]


@torch.no_grad()
def encode_looks(model, looks, batch=256):
    model.eval()
    device = model.logit_scale.device
    parts = [encode_pixels(model, normalise(looks[i:i + batch]).to(device))[0].cpu().numpy() for i in range(0, len(looks), batch)]
    return np.concatenate(parts)
