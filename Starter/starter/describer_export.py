"""Writes the describer as a published SmolVLM2 folder and checks what transformers reads back."""

import json

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import SmolVLMForConditionalGeneration

from . import describer as shape
from .event_frames import FRAMES, SIDE


def write_folder(trainer, folder):
    """config.json, model.safetensors (half precision), tokenizer and processor files."""
    folder.mkdir(parents=True, exist_ok=True)
    config = trainer.model.config
    text = {name: getattr(config.text_config, name) for name in (
        "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim", "vocab_size", "max_position_embeddings", "rms_norm_eps", "hidden_act",
        "attention_bias", "mlp_bias", "bos_token_id", "eos_token_id", "pad_token_id")}
    vision = {name: getattr(config.vision_config, name) for name in ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "image_size", "patch_size", "num_channels",
                                                                     "hidden_act", "layer_norm_eps")}
    (folder / "config.json").write_text(json.dumps({
        "architectures": ["SmolVLMForConditionalGeneration"], "model_type": "smolvlm", "torch_dtype": "float16", "image_token_id": config.image_token_id, "scale_factor": config.scale_factor,
        "tie_word_embeddings": True, "pad_token_id": text["pad_token_id"], "text_config": {"model_type": "llama", "rope_theta": 10000.0, "tie_word_embeddings": True, **text},
        "vision_config": {"model_type": "smolvlm_vision", **vision}}, indent=2) + "\n")
    weights = {name: value.detach().to(torch.float16).contiguous() for name, value in trainer.model.state_dict().items() if name != "lm_head.weight"}
    save_file(weights, str(folder / "model.safetensors"), metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    shape.write_tokenizer(trainer.tokenizer, folder)
    processing = {"do_convert_rgb": True, "do_resize": True, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "do_pad": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "resample": 1,
                  "size": {"longest_edge": SIDE}, "max_image_size": {"longest_edge": SIDE}}
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "image_processor_type": "SmolVLMImageProcessor", "processor_class": "SmolVLMProcessor", "do_image_splitting": False, **processing,
        "video_sampling": {"fps": 1, "max_frames": FRAMES, "video_size": {"longest_edge": SIDE}}}, indent=2) + "\n")
    (folder / "processor_config.json").write_text(json.dumps({"image_seq_len": shape.VISUAL, "processor_class": "SmolVLMProcessor"}, indent=2) + "\n")
    (folder / "generation_config.json").write_text(json.dumps({"bos_token_id": text["bos_token_id"], "eos_token_id": text["eos_token_id"], "pad_token_id": text["pad_token_id"], "do_sample": False}, indent=2) + "\n")


@torch.no_grad()
def check(trainer, folder, frames):
    """Largest difference of logits between the training model (rounded to half precision) and what transformers loads."""
    loaded = SmolVLMForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    trainer.model.load_state_dict({n: v.half().float() for n, v in trainer.model.state_dict().items()})
    trainer.model.eval()
    frames = torch.as_tensor(frames)
    pixels = shape.normalised(frames)
    ids = torch.tensor(shape.prompt_ids(trainer.tokenizer, np.linspace(0, 6, frames.shape[1]), 6, "What happens here?")).repeat(len(frames), 1)
    theirs = loaded(input_ids=ids, pixel_values=pixels.view(len(frames), frames.shape[1], 3, SIDE, SIDE)).logits
    mine = shape.logits(trainer.model, shape.embedded(trainer.model, ids, shape.visual_tokens(trainer.model, shape.patch_states(trainer.model, pixels))))
    return float((theirs - mine).abs().max())
