#!/usr/bin/env python3
"""PyTorch's own training step of a model, for bench.py to measure beside ours.

    torch_peer.py CONFIG.json --tokens FILE --batch N --length N [--mode default]

Reads commands from standard input, a line each: `steps N` trains N steps and answers with one JSON object, `{"seconds": [...], "loss": ..., "reserved": bytes}`; `quit`
ends it. What is the best PyTorch offers, is used: torch.compile of the whole model, its fused attention (cuDNN's where it is faster is chosen by --attention), fused AdamW, clipping by
foreach, bfloat16 autocast over float32 master weights, which are the numbers of a program with `param_dtype: bfloat16`.
"""

import argparse
import json
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel


class RMSNorm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(width)), epsilon

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.epsilon)


class LlamaLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, heads = config["hidden_size"], config["num_attention_heads"]
        self.heads, self.kv_heads = heads, config["num_key_value_heads"]
        self.dim = config.get("head_dim") or width // heads
        linear = lambda n, m: nn.Linear(n, m, bias=False)
        self.q_proj, self.k_proj = linear(width, heads * self.dim), linear(width, self.kv_heads * self.dim)
        self.v_proj, self.o_proj = linear(width, self.kv_heads * self.dim), linear(heads * self.dim, width)
        self.gate_proj, self.up_proj = linear(width, config["intermediate_size"]), linear(width, config["intermediate_size"])
        self.down_proj = linear(config["intermediate_size"], width)
        self.input_norm, self.post_norm = RMSNorm(width, config["rms_norm_eps"]), RMSNorm(width, config["rms_norm_eps"])

    def rotate(self, x, cos, sin):
        first, second = x.chunk(2, dim=-1)
        return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)

    def forward(self, x, cos, sin):
        batch, length, _ = x.shape
        h = self.input_norm(x)
        split = lambda t, heads: t.view(batch, length, heads, self.dim).transpose(1, 2)
        q = self.rotate(split(self.q_proj(h), self.heads), cos, sin)
        k = self.rotate(split(self.k_proj(h), self.kv_heads), cos, sin)
        v = split(self.v_proj(h), self.kv_heads)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=self.kv_heads != self.heads)
        x = x + self.o_proj(a.transpose(1, 2).reshape(batch, length, -1))
        h = self.post_norm(x)
        return x + self.down_proj(F.silu(self.gate_proj(h)) * self.up_proj(h))


def rope_tables(config, length, device):
    dim = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    frequencies = config.get("rope_theta", 10000.0) ** -(torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    scaling = config.get("rope_scaling") or {}
    if scaling.get("rope_type") == "llama3":  # as Llama 3.1 defines it: low frequencies are stretched
        wavelengths, old = 2 * math.pi / frequencies, scaling["original_max_position_embeddings"]
        low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
        smooth = ((old / wavelengths - low) / (high - low)).clamp(0, 1)
        frequencies = frequencies * (smooth + (1 - smooth) / scaling["factor"])
    angles = torch.arange(length, dtype=torch.float64)[:, None] * frequencies
    return angles.cos().to(device, torch.bfloat16), angles.sin().to(device, torch.bfloat16)


class Llama(nn.Module):
    def __init__(self, config, length, device):
        super().__init__()
        self.embed = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = nn.ModuleList(LlamaLayer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RMSNorm(config["hidden_size"], config["rms_norm_eps"])
        self.head = nn.Linear(config["hidden_size"], config["vocab_size"], bias=False)
        if config.get("tie_word_embeddings"):
            self.head.weight = self.embed.weight
        self.cos, self.sin = rope_tables(config, length, device)

    def forward(self, tokens, targets):
        x = self.embed(tokens).bfloat16()
        for layer in self.layers:
            x = layer(x, self.cos, self.sin)
        return F.cross_entropy(self.head(self.norm(x)).flatten(0, 1).float(), targets.flatten())


class Gpt2Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, self.heads = config["n_embd"], config["n_head"]
        self.ln_1, self.ln_2 = (nn.LayerNorm(width, eps=config["layer_norm_epsilon"]) for _ in range(2))
        self.c_attn, self.attn_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.c_fc, self.mlp_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (t.view(batch, length, self.heads, -1).transpose(1, 2) for t in self.c_attn(self.ln_1(x)).split(width, dim=2))
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attn_proj(a.transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp_proj(F.gelu(self.c_fc(self.ln_2(x)), approximate="tanh"))


class Gpt2(nn.Module):
    def __init__(self, config, length, device):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(config["vocab_size"], config["n_embd"]), nn.Embedding(config["n_positions"], config["n_embd"])
        self.layers = nn.ModuleList(Gpt2Layer(config) for _ in range(config["n_layer"]))
        self.ln_f = nn.LayerNorm(config["n_embd"], eps=config["layer_norm_epsilon"])
        self.head = nn.Linear(config["n_embd"], config["vocab_size"], bias=False)
        self.head.weight = self.wte.weight

    def forward(self, tokens, targets):
        x = (self.wte(tokens) + self.wpe.weight[: tokens.shape[1]]).bfloat16()
        for layer in self.layers:
            x = layer(x)
        return F.cross_entropy(self.head(self.ln_f(x)).flatten(0, 1).float(), targets.flatten())


MODELS = {"llama": Llama, "gpt2": Gpt2}


class Trainer:
    """A model, its optimizer, and samples taken one after another from a file of uint16 tokens."""

    def __init__(self, options):
        config = json.load(open(options.config))
        if config["model_type"] not in MODELS:
            sys.exit(f"torch_peer: model_type must be one of {', '.join(MODELS)}, got {config['model_type']}")
        torch.manual_seed(0)
        torch.set_float32_matmul_precision("high")
        model = MODELS[config["model_type"]](config, options.length, "cuda").cuda()
        for parameter in model.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)
        self.parameters = list(model.parameters())
        decayed = [p for p in self.parameters if p.dim() > 1]
        others = [p for p in self.parameters if p.dim() <= 1]
        groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=3e-4, betas=(0.9, 0.95), fused=True)
        self.model = torch.compile(model, mode=None if options.mode == "default" else options.mode)
        self.backends = {
            "any": [SDPBackend.CUDNN_ATTENTION, SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION],
            "cudnn": [SDPBackend.CUDNN_ATTENTION],
            "flash": [SDPBackend.FLASH_ATTENTION],
        }[options.attention]
        data = torch.frombuffer(bytearray(open(options.tokens, "rb").read()), dtype=torch.uint16).to(torch.int64)
        self.tokens, self.next, self.shape = data.cuda(), 0, (options.batch, options.length)

    def batch(self):
        count = self.shape[0] * self.shape[1]
        if self.next + count + 1 > self.tokens.numel():
            self.next = 0
        chunk = self.tokens[self.next : self.next + count + 1]
        self.next += count
        return chunk[:-1].view(self.shape), chunk[1:].view(self.shape)

    def step(self):
        tokens, targets = self.batch()
        with sdpa_kernel(self.backends), torch.autocast("cuda", dtype=torch.bfloat16):
            loss = self.model(tokens, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0, foreach=True)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss.item()  # a user sees each step's loss, and so does ours

    def steps(self, count):
        seconds, loss = [], math.nan
        for _ in range(count):
            torch.cuda.synchronize()
            begin = time.perf_counter()
            loss = self.step()
            torch.cuda.synchronize()
            seconds.append(time.perf_counter() - begin)
        return {"seconds": seconds, "loss": loss, "reserved": torch.cuda.max_memory_reserved()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config")
    parser.add_argument("--tokens", required=True, help="little-endian uint16, no header")
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--length", type=int, required=True)
    parser.add_argument("--mode", choices=["default", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs"], default="default")
    parser.add_argument("--attention", choices=["any", "cudnn", "flash"], default="any")
    trainer = Trainer(parser.parse_args())
    for line in sys.stdin:
        words = line.split()
        if words[:1] != ["steps"]:
            break
        print(json.dumps(trainer.steps(int(words[1]))), flush=True)


if __name__ == "__main__":
    main()
