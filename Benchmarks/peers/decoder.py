"""How fast a text decoder reads and writes: alertd's beside torch's and, where it is installed, llama.cpp's, on the same random
weights of Qwen2-0.5B's shape, one after the other. Prints a table, writes JSON.

    python decoder.py PROGRAM OUTPUT [THREADS] [WORK]

llama.cpp is asked only if `llama-cpp-python` and `gguf` can be imported: there is no wheel of it on the index, so pip builds it.
"""

import json
import os
import statistics
import subprocess
import sys
import time

import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

PROMPT, TOKENS, ROUNDS = 256, 64, 3
# Qwen/Qwen2-0.5B, config.json
SHAPE = dict(hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14,
             num_key_value_heads=2, vocab_size=151936, max_position_embeddings=4096, rope_theta=1e6,
             tie_word_embeddings=True, rms_norm_eps=1e-6)


def weights(folder):
    if os.path.exists(folder + "/model.safetensors"):
        return
    torch.manual_seed(1)
    model = Qwen2ForCausalLM(Qwen2Config(**SHAPE)).to(torch.bfloat16)
    model.save_pretrained(folder)


def ids():
    return [(i * 7919 + 13) % SHAPE["vocab_size"] for i in range(PROMPT)]


def run_torch(folder, threads, dtype):
    torch.set_num_threads(threads)
    model = Qwen2ForCausalLM.from_pretrained(folder, dtype=dtype).eval()
    prompt = torch.tensor([ids()])
    reading, writing = [], []
    with torch.inference_mode():
        for _ in range(2):
            start = time.perf_counter()
            out = model(prompt, use_cache=True, logits_to_keep=1)
            token = out.logits[:, -1].argmax(-1, keepdim=True)
            middle = time.perf_counter()
            for _ in range(15):
                out = model(token, past_key_values=out.past_key_values, use_cache=True)
                token = out.logits[:, -1].argmax(-1, keepdim=True)
            end = time.perf_counter()
            reading.append(PROMPT / (middle - start))
            writing.append(15 / (end - middle))
    return {"prefill_tokens_per_second": reading[-1], "decode_tokens_per_second": writing[-1]}


def gguf_file(folder):
    """The same weights as llama.cpp reads them, its matrices in Q8_0."""
    import gguf
    from safetensors.torch import load_file

    path = folder + "/q8_0.gguf"
    if os.path.exists(path):
        return path
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_context_length(SHAPE["max_position_embeddings"])
    writer.add_embedding_length(SHAPE["hidden_size"])
    writer.add_block_count(SHAPE["num_hidden_layers"])
    writer.add_feed_forward_length(SHAPE["intermediate_size"])
    writer.add_head_count(SHAPE["num_attention_heads"])
    writer.add_head_count_kv(SHAPE["num_key_value_heads"])
    writer.add_rope_freq_base(SHAPE["rope_theta"])
    writer.add_layer_norm_rms_eps(SHAPE["rms_norm_eps"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([f"t{i}" for i in range(SHAPE["vocab_size"])])
    writer.add_token_types([1] * SHAPE["vocab_size"])
    writer.add_token_merges(["t 0"])
    names = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
             "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
             "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}
    for key, tensor in load_file(folder + "/model.safetensors").items():
        if key == "lm_head.weight":
            continue
        if key == "model.embed_tokens.weight":
            name = "token_embd.weight"
        elif key == "model.norm.weight":
            name = "output_norm.weight"
        else:
            layer, rest = key.removeprefix("model.layers.").split(".", 1)
            part, kind = rest.rsplit(".", 1)
            name = f"blk.{layer}.{names[part]}.{kind}"
        values = tensor.float().numpy()
        if values.ndim == 2:
            packed = gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(name, packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def run_llama(folder, threads):
    from llama_cpp import Llama

    model = Llama(gguf_file(folder), n_ctx=PROMPT + TOKENS + 8, n_threads=threads, n_threads_batch=threads,
                  n_batch=PROMPT, n_ubatch=PROMPT, verbose=False)
    reading, writing = [], []
    for _ in range(ROUNDS + 1):
        model.reset()
        start = time.perf_counter()
        model.eval(ids())
        middle = time.perf_counter()
        for i in range(TOKENS - 1):
            model.eval([(i * 31 + 5) % 1000])
        end = time.perf_counter()
        reading.append(PROMPT / (middle - start))
        writing.append((TOKENS - 1) / (end - middle))
    return {"prefill_tokens_per_second": statistics.median(reading[1:]),
            "decode_tokens_per_second": statistics.median(writing[1:])}


def run_alertd(program, folder, precision, threads):
    command = [program, "text", folder, precision, str(threads), str(PROMPT), str(TOKENS), str(ROUNDS)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    program, output = sys.argv[1:3]
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else os.cpu_count()
    folder = sys.argv[4] if len(sys.argv) > 4 else "/tmp/alertd-bench-qwen2"
    os.makedirs(folder, exist_ok=True)
    weights(folder)
    # What a describer computes with, a scale for each 128 weights; and one scale an output.
    results = {"alertd int8 groups": run_alertd(program, folder, "int8-groups", threads)}
    results["alertd int8"] = run_alertd(program, folder, "int8", threads)
    results["alertd fp32"] = run_alertd(program, folder, "fp32", threads)
    results["torch fp32"] = run_torch(folder, threads, torch.float32)
    try:
        results["llama.cpp Q8_0"] = run_llama(folder, threads)
    except ImportError as error:
        print(f"llama.cpp was not asked: {error}")
    for name, figures in results.items():
        print(f"{name:18} prefill {figures['prefill_tokens_per_second']:7.1f} tokens/s   "
              f"decode {figures['decode_tokens_per_second']:6.1f} tokens/s"
              + (f"   peak {figures['peak_mib']:6.0f} MiB" if "peak_mib" in figures else ""))
    with open(output, "w", encoding="utf-8") as file:
        json.dump({"threads": threads, "prompt": PROMPT, "tokens": TOKENS, "decoders": results}, file, indent=1)


if __name__ == "__main__":
    main()
