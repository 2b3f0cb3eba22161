"""Writes logits.json: random small Llama-family models and the logits that a plain float64 PyTorch model gives for them.

Weights are not stored. Tensor i of a case is generated from its own seed (see elements below), times scale, plus add, in
float32, then rounded to the case's element type. The C# tests build the same tensors.

Usage: python3 make_expected.py    (PyTorch 1.13 or later, NumPy)
"""
import base64
import json
import math
import os

import numpy as np
import torch

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def elements(seed, count):
    """splitmix64, the four 16-bit parts of each number summed: roughly normal, and exact in float32."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    m = np.uint64(0xFFFF)
    s = (z & m) + ((z >> np.uint64(16)) & m) + ((z >> np.uint64(32)) & m) + (z >> np.uint64(48))
    return ((s.astype(np.int64) - 131070).astype(np.float32) * np.float32(2.0 ** -15)).astype(np.float32)


def tensor_list(c, norms, output_bias):
    hidden, ff, d = c["hidden_size"], c["intermediate_size"], c["head_dim"]
    q, kv = c["num_attention_heads"] * d, c["num_key_value_heads"] * d
    bias = c.get("attention_bias", c["model_type"] == "qwen2")
    names = [("model.embed_tokens.weight", [c["vocab_size"], hidden]), ("model.norm.weight", [hidden])]
    if not c["tie_word_embeddings"]:
        names.append(("lm_head.weight", [c["vocab_size"], hidden]))
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."
        a = p + "self_attn."
        names += [(p + "input_layernorm.weight", [hidden]), (p + "post_attention_layernorm.weight", [hidden]),
                  (a + "q_proj.weight", [q, hidden]), (a + "k_proj.weight", [kv, hidden]), (a + "v_proj.weight", [kv, hidden]),
                  (a + "o_proj.weight", [hidden, q]), (p + "mlp.gate_proj.weight", [ff, hidden]),
                  (p + "mlp.up_proj.weight", [ff, hidden]), (p + "mlp.down_proj.weight", [hidden, ff])]
        if bias:
            names += [(a + "q_proj.bias", [q]), (a + "k_proj.bias", [kv]), (a + "v_proj.bias", [kv])]
        if output_bias:
            names.append((a + "o_proj.bias", [hidden]))
        if norms:
            names += [(a + "q_norm.weight", [d]), (a + "k_norm.weight", [d])]
    return names


def scale_of(name, shape):
    if "norm" in name:
        return 0.125, 1.0
    if name.endswith("bias"):
        return 0.25, 0.0
    return (0.5, 0.0) if "embed" in name else (2.0 ** round(math.log2(1.2 / math.sqrt(shape[1]))), 0.0)


def inverse_frequencies(c):
    d = c["head_dim"]
    inverse = 1.0 / (c["rope_theta"] ** (torch.arange(0, d, 2, dtype=torch.float64) / d))
    scaling = c.get("rope_scaling") or {}
    kind = scaling.get("rope_type", scaling.get("type"))
    if kind == "linear":
        return inverse / scaling["factor"]
    if kind == "llama3":
        out = []
        for f in inverse.tolist():
            wavelength = 2 * math.pi / f
            low = scaling["original_max_position_embeddings"] / scaling["low_freq_factor"]
            high = scaling["original_max_position_embeddings"] / scaling["high_freq_factor"]
            if wavelength < high:
                out.append(f)
            elif wavelength > low:
                out.append(f / scaling["factor"])
            else:
                smooth = (scaling["original_max_position_embeddings"] / wavelength - scaling["low_freq_factor"]) / (
                    scaling["high_freq_factor"] - scaling["low_freq_factor"])
                out.append((1 - smooth) * f / scaling["factor"] + smooth * f)
        return torch.tensor(out, dtype=torch.float64)
    return inverse


def norm(x, w, eps):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps) * w


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


def forward(c, w, tokens):
    n, d, eps = len(tokens), c["head_dim"], c["rms_norm_eps"]
    heads, kv = c["num_attention_heads"], c["num_key_value_heads"]
    angles = torch.arange(n, dtype=torch.float64)[:, None] * inverse_frequencies(c)[None, :]
    cos, sin = torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)
    x = w["model.embed_tokens.weight"][tokens]
    hidden_future = torch.triu(torch.ones(n, n, dtype=torch.bool), 1)
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."

        def linear(y, name):
            out = y @ w[p + name + ".weight"].T
            return out + w[p + name + ".bias"] if p + name + ".bias" in w else out

        y = norm(x, w[p + "input_layernorm.weight"], eps)
        q = linear(y, "self_attn.q_proj").view(n, heads, d)
        k = linear(y, "self_attn.k_proj").view(n, kv, d)
        v = linear(y, "self_attn.v_proj").view(n, kv, d)
        if p + "self_attn.q_norm.weight" in w:
            q, k = norm(q, w[p + "self_attn.q_norm.weight"], eps), norm(k, w[p + "self_attn.k_norm.weight"], eps)
        q, k = rotate(q, cos[:, None], sin[:, None]), rotate(k, cos[:, None], sin[:, None])
        k, v = k.repeat_interleave(heads // kv, 1), v.repeat_interleave(heads // kv, 1)
        scores = torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(d)
        probabilities = scores.masked_fill(hidden_future, float("-inf")).softmax(-1)
        x = x + linear(torch.einsum("hqk,khd->qhd", probabilities, v).reshape(n, heads * d), "self_attn.o_proj")
        y = norm(x, w[p + "post_attention_layernorm.weight"], eps)
        x = x + linear(torch.nn.functional.silu(linear(y, "mlp.gate_proj")) * linear(y, "mlp.up_proj"), "mlp.down_proj")
    head = w["model.embed_tokens.weight"] if c["tie_word_embeddings"] else w["lm_head.weight"]
    return norm(x, w["model.norm.weight"], eps) @ head.T


def case(name, seed, n, rows, dtype="F32", shards=1, norms=False, output_bias=False, **changes):
    c = {"model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 61, "max_position_embeddings": 512, "rope_theta": 10000.0,
         "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": False}
    c.update(changes)
    tensors, weights = [], {}
    for i, (tensor, shape) in enumerate(tensor_list(c, norms, output_bias)):
        scale, add = scale_of(tensor, shape)
        tensors.append({"name": tensor, "shape": shape, "seed": seed * 1000 + i, "scale": scale, "add": add})
        values = elements(seed * 1000 + i, int(np.prod(shape))) * np.float32(scale) + np.float32(add)
        weights[tensor] = torch.from_numpy(values.reshape(shape)).to(TYPES[dtype]).to(torch.float64)
    tokens = [int(t) for t in (np.arange(n) * 7919 + seed * 13 + (np.arange(n) ** 2) % 31) % c["vocab_size"]]
    logits = forward(c, weights, tokens)[rows].to(torch.float32).numpy()
    print(f"{name:24} largest logit {abs(logits).max():.3f}")
    return {"name": name, "config": c, "dtype": dtype, "shards": shards, "tensors": tensors, "tokens": tokens, "rows": rows,
            "logits": base64.b64encode(logits.astype("<f4").tobytes()).decode()}


def main():
    every = list(range(24))
    llama3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
              "original_max_position_embeddings": 64}
    cases = [
        case("mha_untied", 1, 24, every, num_key_value_heads=4),
        case("gqa_tied_odd_widths", 2, 24, every, tie_word_embeddings=True, hidden_size=76, intermediate_size=101, head_dim=32,
             num_attention_heads=6, num_key_value_heads=2),
        case("mqa", 3, 24, every, num_attention_heads=5, num_key_value_heads=1, head_dim=48),
        case("attention_bias", 4, 24, every, attention_bias=True, output_bias=True),
        case("qwen2_bias", 5, 24, every, model_type="qwen2"),
        case("qwen3_head_norm", 6, 24, every, norms=True, model_type="qwen3", head_dim=32, tie_word_embeddings=True),
        case("head_norm_and_bias", 7, 13, list(range(13)), norms=True, model_type="qwen3", attention_bias=True, output_bias=True),
        case("rope_linear", 8, 24, every, rope_scaling={"type": "linear", "factor": 4.0}),
        case("rope_llama3", 9, 100, [0, 1, 50, 99], rope_scaling=llama3, head_dim=64),
        case("half", 10, 24, every, dtype="F16"),
        case("bfloat16_sharded", 11, 24, every, dtype="BF16", shards=3, num_hidden_layers=3),
        case("one_token", 12, 1, [0]),
        case("deep_blocks", 13, 30, [0, 12, 29], hidden_size=320, intermediate_size=600, head_dim=64, num_attention_heads=5,
             num_key_value_heads=1, vocab_size=100, dtype="BF16", tie_word_embeddings=True),
        case("long_prompt", 14, 333, [0, 130, 255, 256, 332], num_attention_heads=8, head_dim=32, rope_scaling=llama3),
        case("long_prompt_theta", 15, 450, [200, 449], rope_theta=500000.0, num_hidden_layers=3, norms=True, model_type="qwen3"),
    ]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "logits.json")
    with open(path, "w") as file:
        file.write('{"cases":[\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]}\n")
    print(os.path.getsize(path), "bytes")


if __name__ == "__main__":
    main()
