#!/usr/bin/env python3
"""Measures training steps on this machine's GPU, next to PyTorch's own; part of what gpu.sh runs, in the folder that pack.py has made.

    bench.py [MODEL ...] [--out FOLDER] [--rounds 5] [--steps 5] [--modes default reduce-overhead]

The two programs take turns on the GPU in one run: while one trains, the other is stopped. Figures are medians over all rounds. Besides the step: tokens a second, model
FLOPs utilisation (causal attention counted once, of 989 TFLOP/s, or --peak), peak memory, the time of each group of tasks, and the self-roofline: the time of the step's library calls
alone, and of the fewest bytes that all else must move at the speed of a copy measured in the same run, over the step's time. Where torch is missing, PyTorch is left out.
"""

import argparse
import collections
import importlib.util
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
START_SECONDS = 600  # until the first steps of a program are over


class Failure(Exception):
    pass


def write_random_tokens(path, config, count):
    """Uniform tokens of the vocabulary, as far as 16 bits go."""
    import random

    generator, limit = random.Random(20240520), min(config["vocab_size"], 1 << 16)
    path.write_bytes(b"".join(generator.randrange(limit).to_bytes(2, "little") for _ in range(count)))


class Ours:
    """shard-run as a process that is stopped unless it is measured."""

    def __init__(self, program, tokens, out):
        self.metrics = out / "metrics.jsonl"
        self.metrics.unlink(missing_ok=True)
        self.log = open(out / "shard-run.txt", "w")
        words = [HERE / "bin" / "shard-run", program, "--seed", "0", "--tokens", f"raw16:{tokens}", "--metrics", self.metrics]
        self.process = subprocess.Popen([str(word) for word in words], stdout=self.log, stderr=subprocess.STDOUT)
        self.await_lines(3)
        self.process.send_signal(signal.SIGSTOP)

    def lines(self):
        return self.metrics.read_text().splitlines() if self.metrics.exists() else []

    def await_lines(self, count):
        deadline = time.monotonic() + START_SECONDS
        while len(self.lines()) < count:
            if self.process.poll() is not None:
                raise Failure(f"shard-run exited with {self.process.returncode}: see {self.log.name}")
            if time.monotonic() > deadline:
                raise Failure(f"no {count} steps within {START_SECONDS} s")
            time.sleep(0.002)

    def steps(self, count):
        """Seconds of `count` steps; the one that was under way when the process was stopped is not among them."""
        before = len(self.lines())
        self.process.send_signal(signal.SIGCONT)
        self.await_lines(before + 1 + count)
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(0.5)  # what the GPU still has of the next step
        return [json.loads(line)["step_seconds"] for line in self.lines()[before + 1 : before + 1 + count]]

    def arena(self):
        return json.loads(self.lines()[0])["arena_bytes"]

    def end(self):
        self.process.kill()
        self.process.wait()


class Peer:
    """PyTorch in a process that trains when it is told to."""

    def __init__(self, config, tokens, batch, length, mode):
        words = [sys.executable, HERE / "torch_peer.py", config, "--tokens", tokens, "--batch", batch, "--length", length, "--mode", mode]
        self.mode, self.reserved = mode, 0
        self.process = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.steps(5)

    def steps(self, count):
        self.process.stdin.write(f"steps {count}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"torch_peer.py, mode {self.mode}, exited with {self.process.wait()}")
        answer = json.loads(line)
        self.reserved = answer["reserved"]
        return answer["seconds"]

    def end(self):
        self.process.kill()
        self.process.wait()


def start_peers(config, tokens, batch, length, modes):
    """PyTorch in each mode that it can run in; one that fails, for want of memory say, is left out."""
    for mode in modes:
        try:
            yield Peer(config, tokens, batch, length, mode)
        except Failure as failure:
            print(f"left out: {failure}", flush=True)


def sizes(config):
    """What the arithmetic of a model needs: width d, MLP f, layers, heads, key heads, head size, vocabulary, MLP products."""
    if config["model_type"] == "gpt2":
        d = config["n_embd"]
        return dict(d=d, f=4 * d, layers=config["n_layer"], h=config["n_head"], kv=config["n_head"], hd=d // config["n_head"], v=config["vocab_size"], mlp=2)
    d, h = config["hidden_size"], config["num_attention_heads"]
    return dict(d=d, f=config["intermediate_size"], layers=config["num_hidden_layers"], h=h, kv=config["num_key_value_heads"],
                hd=config.get("head_dim") or d // h, v=config["vocab_size"], mlp=3)


def model_flops(config, tokens, length):
    """6 for each weight of a product and token, and causal attention: 6 for each score's element and layer."""
    s = sizes(config)
    weights = s["layers"] * (s["d"] * s["hd"] * (2 * s["h"] + 2 * s["kv"]) + s["mlp"] * s["d"] * s["f"]) + s["v"] * s["d"]
    return 6 * tokens * (weights + s["layers"] * length * s["h"] * s["hd"])


def least_bytes(config, tokens, parameters):
    """The fewest bytes that a step moves outside of products and attention, activations in bfloat16: norms with their residuals, rope, the MLP's activation, cross-entropy,
    embeddings; and for each parameter the gradient's norm and AdamW."""
    s = sizes(config)
    gated, d, f = s["mlp"] == 3, s["d"], s["f"]
    layer = 2 * (4 * d + 2 * d) + 2 * 8 * d + ((6 + 10) * f if gated else (2 + 2) * f) + (2 * 4 * (s["h"] + s["kv"]) * s["hd"] if gated else 0)
    return tokens * (s["layers"] * layer + 12 * d + 4 * s["v"] + 10 * d) + parameters * (2 + 28)


def profile(program, tokens, out):
    """Times of tasks, by shard-run itself."""
    path = out / "profile.json"
    words = [HERE / "bin" / "shard-run", program, "--seed", "0", "--tokens", f"raw16:{tokens}", "--steps", "3", "--profile", path]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"shard-run --profile exited with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(path.read_text()), done.stdout


def groups_of_tasks(profile):
    """Microseconds of a step by what its tasks do, the longest first."""
    groups = collections.Counter()
    for section in profile["sections"]:
        for task in section["tasks"]:
            groups[task["what"].rstrip("0123456789").rstrip("_")] += task["microseconds"] * section["repeat"]
    return groups.most_common()


def bench(name, options):
    folder, out = HERE / "bench" / name, options.out / name
    out.mkdir(parents=True, exist_ok=True)
    config, report = (json.loads((folder / file).read_text()) for file in ("config.json", "report.json"))
    batch, length = report_shape(report)
    tokens = out / "tokens.bin"
    write_random_tokens(tokens, config, 8 * batch * length + 2)
    measured, banner = profile(folder / "program.shard", tokens, out)
    ours, peers, times = None, [], collections.defaultdict(list)
    try:
        ours = Ours(folder / "program.shard", tokens, out)
        if importlib.util.find_spec("torch"):
            peers += start_peers(folder / "config.json", tokens, batch, length, options.modes)
        else:
            print("torch is not here: PyTorch's step is left out")
        for _ in range(options.rounds):
            times["shardc"] += ours.steps(options.steps)
            for peer in peers:
                times[f"torch {peer.mode}"] += peer.steps(options.steps)
        figures = summarize(config, batch * length, length, report, measured, ours, peers, times, options)
    finally:
        for process in [ours, *peers]:
            if process:
                process.end()
        tokens.unlink()
    (out / "figures.json").write_text(json.dumps({**figures, "times": times}, indent=1))
    print_figures(name, figures, measured, banner)


def report_shape(report):
    return tuple(int(report["settings"][f"train.{key}"]["value"]) for key in ("global_batch", "sequence_length"))


def summarize(config, tokens, length, report, measured, ours, peers, times, options):
    step = statistics.median(times["shardc"])
    per_step = lambda key: sum(section[key] * section["repeat"] for section in measured["sections"]) * 1e-6
    floor = per_step("library_microseconds") + least_bytes(config, tokens, report["parameters"]["elements"]) / measured["copy_bytes_per_second"]
    figures = {
        "step_seconds": step,
        "tokens_per_second": tokens / step,
        "mfu": model_flops(config, tokens, length) / step / (options.peak * 1e12),
        "arena_bytes": ours.arena(),
        "library_seconds": per_step("library_microseconds"),
        "graph_seconds": per_step("microseconds"),
        "host_microseconds_a_launch": max(section["host_microseconds"] for section in measured["sections"]),
        "copy_bytes_per_second": measured["copy_bytes_per_second"],
        "self_roofline": floor / step,
        "samples": len(times["shardc"]),
        "peers": {},
    }
    for peer in peers:
        seconds = statistics.median(times[f"torch {peer.mode}"])
        figures["peers"][f"torch {peer.mode}"] = {
            "step_seconds": seconds,
            "ratio": seconds / step,
            "reserved_bytes": peer.reserved,
            "memory_ratio": figures["arena_bytes"] / peer.reserved,
        }
    return figures


def print_figures(name, figures, measured, banner):
    print(f"\n## {name}\n\n{banner.strip()}\n\n| | step ms | tokens/s | peak GiB | against ours |\n|---|---|---|---|---|")
    gib = lambda count: f"{count / 2**30:.2f}"
    print(f"| shardc | {figures['step_seconds'] * 1e3:.2f} | {figures['tokens_per_second']:.0f} | {gib(figures['arena_bytes'])} | |")
    for peer, values in figures["peers"].items():
        rate = figures["tokens_per_second"] / values["ratio"]
        print(f"| {peer} | {values['step_seconds'] * 1e3:.2f} | {rate:.0f} | {gib(values['reserved_bytes'])} | time x{values['ratio']:.3f}, our memory x{values['memory_ratio']:.3f} |")
    print(f"\nMFU {figures['mfu']:.3f}; self-roofline {figures['self_roofline']:.3f} (libraries {figures['library_seconds'] * 1e3:.2f} ms, "
          f"copies {figures['copy_bytes_per_second'] / 1e12:.2f} TB/s); host {figures['host_microseconds_a_launch']:.1f} us a launch; medians of {figures['samples']} steps")
    print("\n| tasks | ms a step |\n|---|---|")
    for what, microseconds in groups_of_tasks(measured):
        print(f"| {what} | {microseconds / 1e3:.3f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = sorted(path.name for path in (HERE / "bench").iterdir()) if (HERE / "bench").is_dir() else []
    parser.add_argument("models", nargs="*", metavar="MODEL", help=", ".join(names))
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "results")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=5, help="of each program in a round")
    parser.add_argument("--modes", nargs="*", default=["default", "reduce-overhead"], help="torch.compile's")
    parser.add_argument("--peak", type=float, default=989.0, help="TFLOP/s of the GPU in dense bfloat16")
    options = parser.parse_args()
    unknown = [name for name in options.models if name not in names]
    if unknown:
        parser.error(f"there is no model named {unknown[0]}, expected {', '.join(names)}")
    ok = True
    for name in options.models or names:
        try:
            bench(name, options)
        except Failure as failure:
            ok = False
            print(f"FAIL {name}: {failure}", flush=True)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
