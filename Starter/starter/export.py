"""Writes the trained towers as a published CLIP folder and checks what transformers reads back."""

import json

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import CLIPModel, CLIPTokenizer

from . import model as towers
from .tokens import END, START


def _tokenizer_files(vocabulary, folder):
    vocabulary.save(folder)
    inner = Tokenizer(models.BPE(vocab=vocabulary.index, merges=vocabulary.merges, continuing_subword_prefix="", end_of_word_suffix="</w>", unk_token=END))
    inner.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    inner.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), behavior="removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    inner.decoder = decoders.ByteLevel()
    inner.post_processor = processors.RobertaProcessing((END, vocabulary.index[END]), (START, vocabulary.index[START]), trim_offsets=False, add_prefix_space=False)
    inner.add_special_tokens([START, END])
    inner.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "CLIPTokenizer", "bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END,
        "add_prefix_space": False, "errors": "replace", "do_lower_case": True, "model_max_length": towers.POSITIONS}, indent=2) + "\n")


def write_folder(trainer, folder):
    """config.json, model.safetensors (half precision), tokenizer files, preprocessor_config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    config = trainer.model.config
    common = ("hidden_size", "intermediate_size", "projection_dim", "num_hidden_layers", "num_attention_heads", "hidden_act", "layer_norm_eps")
    text = {name: getattr(config.text_config, name) for name in common + ("vocab_size", "max_position_embeddings", "bos_token_id", "eos_token_id", "pad_token_id")}
    vision = {name: getattr(config.vision_config, name) for name in common + ("image_size", "patch_size", "num_channels")}
    (folder / "config.json").write_text(json.dumps({
        "architectures": ["CLIPModel"], "model_type": "clip", "torch_dtype": "float16", "projection_dim": config.projection_dim,
        "logit_scale_init_value": config.logit_scale_init_value, "text_config": {"model_type": "clip_text_model", **text},
        "vision_config": {"model_type": "clip_vision_model", **vision}}, indent=2) + "\n")
    weights = {name: value.detach().to(torch.float16).contiguous() for name, value in trainer.model.state_dict().items() if "position_ids" not in name}
    save_file(weights, str(folder / "model.safetensors"), metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    _tokenizer_files(trainer.vocabulary, folder)
    side = trainer.model.config.vision_config.image_size
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "image_processor_type": "CLIPImageProcessor", "do_resize": True, "size": {"shortest_edge": side}, "resample": 3, "do_center_crop": True,
        "crop_size": {"height": side, "width": side}, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True,
        "image_mean": [towers.MEAN] * 3, "image_std": [towers.DEVIATION] * 3, "do_convert_rgb": True}, indent=2) + "\n")


def read_folder(folder):
    """(model in float32, tokenizer) as transformers loads them."""
    return CLIPModel.from_pretrained(folder, dtype=torch.float32).eval(), CLIPTokenizer.from_pretrained(folder)


@torch.no_grad()
def check(trainer, folder, texts, looks):
    """Largest differences between the training model (rounded to half precision) and what transformers loads; token ids must be equal."""
    loaded, tokenizer = read_folder(folder)
    for text in texts:
        mine, theirs = trainer.vocabulary.encode(text, towers.POSITIONS), tokenizer(text, truncation=True, max_length=towers.POSITIONS)["input_ids"]
        assert mine == theirs, (text, mine, theirs)
    trainer.model.eval()
    half = {name: value.float() for name, value in load_file(str(folder / "model.safetensors")).items()}
    trainer.model.load_state_dict(half, strict=False)
    ids, mask = towers.token_batch(trainer.vocabulary, texts)
    out = loaded(input_ids=ids, attention_mask=mask, pixel_values=towers.normalise(looks))
    text = towers.encode_texts(trainer.model, trainer.vocabulary, texts)
    image = towers.encode_pixels(trainer.model, towers.normalise(looks))[0]
    return float((out.text_embeds - text).abs().max()), float((out.image_embeds - image).abs().max())
