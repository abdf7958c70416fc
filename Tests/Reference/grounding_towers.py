"""Writes vectors of the towers that grounding networks read, from seeded random weights: SlowFast and BLIP-2's first stage.

    python Tests/Reference/grounding_towers.py      needs torch 2.13.0, transformers 5.23.0, safetensors 0.8.0, numpy,
                                                    pytorchvideo 0.1.5 (pip install --no-deps pytorchvideo fvcore iopath)

Tests/Fixtures/vectors/vlm/slowfast_tiny: PyTorchVideo's `create_slowfast`, narrow and of depth 18 (one block a stage), the second stage
with two blocks; `model.safetensors` under its keys and `slowfast.pyth` under those of the SlowFast repository, both in 16 bits.
Tests/Fixtures/vectors/vlm/blip2_itm_tiny: transformers' `Blip2ForImageTextRetrieval`. blip2_lavis_tiny: the same under LAVIS' keys, whose
last norm has another epsilon and whose keys have no bias.
"""

import json
import pathlib
import sys
import types

import torch
from safetensors.torch import save_file
from transformers import Blip2Config, Blip2ForImageTextRetrieval

VECTORS = pathlib.Path(__file__).resolve().parents[1] / 'Fixtures/vectors/vlm'


def clip(frames, height, width):
    """Pictures by a rule that the tests repeat: [F, H, W, 3] of 0…255."""
    count = torch.arange(frames * height * width * 3, dtype=torch.int64)
    return ((count * 37 + count // 97 * 11 + count // (height * width * 3) * 5) % 256).reshape(frames, height, width, 3)


def randomised(model, seed):
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, torch.nn.Conv3d):
            module.weight.normal_(0, (2 / module.weight[0].numel()) ** 0.5)
        if isinstance(module, torch.nn.BatchNorm3d):
            module.weight.uniform_(0.5, 1.5), module.bias.normal_(0, 0.3)
            module.running_mean.normal_(0, 0.3), module.running_var.uniform_(0.5, 2)
    for tensor in list(model.parameters()) + list(model.buffers()):
        if tensor.is_floating_point():
            tensor.copy_(tensor.half().float())
    return model.eval()


def original_key(key):
    """PyTorchVideo's key under the names of the SlowFast repository."""
    parts = key.split('.')
    if parts[0] != 'blocks':
        return key
    stage, rest = int(parts[1]), parts[2:]
    norm = {'norm': 'bn', 'norm_a': 'a_bn', 'norm_b': 'b_bn', 'norm_c': 'c_bn', 'conv_a': 'a', 'conv_b': 'b', 'conv_c': 'c',
            'branch1_conv': 'branch1', 'branch1_norm': 'branch1_bn', 'conv_fast_to_slow': 'conv_f2s'}
    if stage == 6:
        return '.'.join(['head', 'projection', rest[-1]])
    if rest[0] == 'multipathway_fusion':
        return '.'.join([f's{stage + 1}_fuse'] + [norm.get(p, p) for p in rest[1:]])
    pathway = rest[1]
    if stage == 0:
        return '.'.join([f's1.pathway{pathway}_stem'] + [norm.get(p, p) for p in rest[2:]])
    return '.'.join([f's{stage + 1}.pathway{pathway}_res{rest[3]}'] + [norm.get(p, p) for p in rest[4:]])


def slowfast():
    # Heads that detect need torchvision; none is made here.
    sys.modules.setdefault('torchvision', types.ModuleType('torchvision'))
    sys.modules.setdefault('torchvision.ops', types.SimpleNamespace(RoIAlign=None))
    from pytorchvideo.models.resnet import create_bottleneck_block, create_res_stage
    from pytorchvideo.models.slowfast import create_slowfast

    model = create_slowfast(model_depth=18, model_num_class=3, stem_dim_outs=(8, 1), head_pool=torch.nn.AdaptiveAvgPool3d)
    for pathway, (inputs, inner, outputs, kernel) in enumerate([(32 + 8, 16, 64, 1), (4, 2, 8, 3)]):
        model.blocks[2].multipathway_blocks[pathway] = create_res_stage(
            depth=2, dim_in=inputs, dim_inner=inner, dim_out=outputs, bottleneck=create_bottleneck_block, conv_a_kernel_size=(kernel, 1, 1),
            conv_a_stride=(1, 1, 1), conv_a_padding=(kernel // 2, 0, 0), conv_b_kernel_size=(1, 3, 3), conv_b_stride=(1, 2, 2),
            conv_b_padding=(0, 1, 1))
    randomised(model, 20401)
    frames, height, width = 32, 40, 48
    fast = ((clip(frames, height, width).float() / 255 - 0.45) / (0.225 + 1e-8)).permute(3, 0, 1, 2)[None]
    slow = fast.index_select(2, torch.linspace(0, frames - 1, frames // 4).long())
    seen, golden = [slow, fast], {}
    for index, block in enumerate(model.blocks[:6]):
        seen = block(seen)
        if index == 2:
            golden['fast.2'] = seen[1][0].permute(1, 2, 3, 0).contiguous()
    golden['features'] = seen.flatten(1).contiguous()
    places = {rate: torch.clamp(torch.linspace(0, 64 * rate / 30 - 1, 32), 0, 59).long() for rate in (10, 24, 25, 29, 30, 50, 60)}
    golden |= {f'places.{rate}': values.float() for rate, values in places.items()}
    folder = VECTORS / 'slowfast_tiny'
    folder.mkdir(parents=True, exist_ok=True)
    state = {key: value.half() if value.is_floating_point() else value for key, value in model.state_dict().items()}
    save_file(state, folder / 'model.safetensors')
    torch.save({'epoch': 196, 'model_state': {original_key(key): value for key, value in state.items()}}, folder / 'slowfast.pyth')
    (folder / 'config.json').write_text(json.dumps({'model_type': 'slowfast'}) + '\n')
    save_file(golden, folder / 'golden.safetensors')
    (folder / 'golden.json').write_text(json.dumps({'frames': frames, 'height': height, 'width': width}) + '\n')


def lavis_key(key):
    """Hugging Face's key under LAVIS' names; None for what LAVIS does not have."""
    parts = key.split('.')
    if parts[0] == 'vision_model':
        if parts[1] == 'embeddings':
            return {'class_embedding': 'visual_encoder.cls_token', 'position_embedding': 'visual_encoder.pos_embed'}.get(
                parts[2], 'visual_encoder.patch_embed.proj.' + parts[-1])
        if parts[1] == 'post_layernorm':
            return 'ln_vision.' + parts[-1]
        inner = {'self_attn': 'attn', 'projection': 'proj', 'layer_norm1': 'norm1', 'layer_norm2': 'norm2'}
        return '.'.join(['visual_encoder', 'blocks', parts[3]] + [inner.get(p, p) for p in parts[4:]])
    if parts[0] == 'embeddings':
        return 'Qformer.bert.' + key
    if parts[0] == 'qformer':
        if parts[1] == 'layernorm':
            return 'Qformer.bert.embeddings.LayerNorm.' + parts[-1]
        rest = parts[1:]
        if rest[4] == 'attention':
            rest[4] = 'self'
        return '.'.join(['Qformer', 'bert'] + rest)
    return key.replace('vision_projection', 'vision_proj').replace('text_projection', 'text_proj')


def blip2_golden(model, pixels, ids):
    vision = model.vision_model(pixels).last_hidden_state
    queries = model.query_tokens.expand(len(pixels), -1, -1)
    read = model.qformer(query_embeds=queries, encoder_hidden_states=vision).last_hidden_state
    texts = []
    for text in ids:
        hidden = model.qformer(query_embeds=model.embeddings(input_ids=text[None]), query_length=0).last_hidden_state
        texts.append(torch.nn.functional.normalize(model.text_projection(hidden[:, 0]), dim=-1))
    image = model.vision_projection(read)
    cosines = torch.nn.functional.normalize(image, dim=-1) @ torch.cat(texts).T
    # What the model itself says, through its own path with padded texts.
    longest = max(map(len, ids))
    padded = torch.stack([torch.nn.functional.pad(text, (0, longest - len(text))) for text in ids])
    mask = torch.stack([(torch.arange(longest) < len(text)).long() for text in ids])
    own = model(pixel_values=pixels, input_ids=padded, attention_mask=mask, use_image_text_matching_head=False).logits_per_image
    assert torch.allclose(cosines.max(1).values, own, atol=1e-5), (cosines.max(1).values - own).abs().max()
    return {'pixel_values': pixels, 'vision': vision, 'queries': read, 'image_vectors': image, 'text_vectors': torch.cat(texts), 'similarity': own}


def blip2():
    vision = {'hidden_size': 32, 'intermediate_size': 64, 'num_hidden_layers': 2, 'num_attention_heads': 4, 'image_size': 28, 'patch_size': 7}
    reader = {'hidden_size': 24, 'intermediate_size': 48, 'num_hidden_layers': 3, 'num_attention_heads': 4, 'encoder_hidden_size': 32,
              'vocab_size': 502, 'max_position_embeddings': 40, 'use_qformer_text_input': True}
    config = Blip2Config(vision_config=vision, qformer_config=reader, text_config={'model_type': 'opt', 'hidden_size': 8, 'num_hidden_layers': 1,
                         'ffn_dim': 8, 'num_attention_heads': 1, 'vocab_size': 9, 'word_embed_proj_dim': 8}, num_query_tokens=5, image_text_hidden_size=12)
    torch.manual_seed(20402)
    model = Blip2ForImageTextRetrieval(config).eval()
    for parameter in model.parameters():
        parameter.normal_(0, 0.3 if parameter.ndim > 1 else 0.5)
    for layer in model.vision_model.encoder.layers:
        layer.self_attn.qkv.bias[32:64] = 0
    pixels = torch.randn(2, 3, 28, 28)
    ids = [torch.tensor(text) for text in ([2, 11, 35, 3], [2, 7, 3], [2, 40, 41, 42, 9, 17, 3])]
    for name, epsilon in (('blip2_itm_tiny', 1e-6), ('blip2_lavis_tiny', 1e-5)):
        model.vision_model.post_layernorm.eps = epsilon
        folder = VECTORS / name
        folder.mkdir(parents=True, exist_ok=True)
        state = {key: value.contiguous() for key, value in model.state_dict().items()}
        if name == 'blip2_itm_tiny':
            save_file(state, folder / 'model.safetensors')
        else:
            renamed = {lavis_key(key): value for key, value in state.items()}
            for key in [key for key in renamed if key.endswith('attn.qkv.bias')]:
                bias = renamed.pop(key)
                renamed[key.replace('qkv.bias', 'q_bias')], renamed[key.replace('qkv.bias', 'v_bias')] = bias[:32].clone(), bias[64:].clone()
            renamed['temp'] = torch.tensor(0.07)
            torch.save({'model': renamed}, folder / 'pytorch_model.bin')
        (folder / 'config.json').write_text(json.dumps({
            'model_type': 'blip-2', 'vision_config': vision, 'qformer_config': reader, 'num_query_tokens': 5, 'image_text_hidden_size': 12}) + '\n')
        golden = {key: value.contiguous() for key, value in blip2_golden(model, pixels, ids).items()}
        # Where torch's own file holds the weights, no safetensors may lie beside it.
        goldens = folder if name == 'blip2_itm_tiny' else folder / 'golden'
        goldens.mkdir(exist_ok=True)
        save_file(golden, goldens / 'golden.safetensors')
        (folder / 'golden.json').write_text(json.dumps({'ids': [text.tolist() for text in ids]}) + '\n')


if __name__ == '__main__':
    with torch.no_grad():
        slowfast()
        blip2()
