//===- CudaBigram.cpp - The program of Bigram.cpp for a GPU ---------------------------===//
//
// Float32. Rows of the table are chosen by a product with the tokens as rows of zeros and a one, and its gradient by
// another. The table is copied on a stream of its own, beside the kernel that writes these rows; several ranks have its
// rows and the samples in parts, and gather it there. Its kernels are those of cuda/bigram.c. With OWN_KERNELS the
// gradient's rows are summed by index, and attention to a single key copies the table. The environment's FAULT is the
// name of what goes wrong: see `due`.
//
//===----------------------------------------------------------------------------------===//

#include "shardrt/abi.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <unistd.h>
#include <vector>

#ifndef ARENA
#define ARENA "16384"
#endif
#ifndef RANKS
#define RANKS 1
#endif
#ifndef ARCHITECTURE
#define ARCHITECTURE "sm_80"
#endif
#ifndef PTX_ARCHITECTURE
#define PTX_ARCHITECTURE ARCHITECTURE
#endif
#ifdef CUBIN
#define CUBIN_IMAGE "{\"kind\": \"cubin\", \"architecture\": \"" ARCHITECTURE "\", \"symbol\": \"shard_gpu_cubin\"}, "
#else
#define CUBIN_IMAGE
#endif
#ifndef SYMBOL
#define SYMBOL "shard_gpu_ptx"
#endif
#ifndef FIRST_KERNEL
#define FIRST_KERNEL "one_hot"
#endif

#if RANKS == 1
#define AXIS ""
#define LOCAL_ROWS 10
#define LOCAL_SAMPLES 4
#elif RANKS == 2
#define AXIS "\"dp_shard\""
#define LOCAL_ROWS 5
#define LOCAL_SAMPLES 2
#else
#define AXIS "\"dp_shard\""
#define LOCAL_ROWS 3
#define LOCAL_SAMPLES 1
#endif
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define INPUT(offset) "{\"offset\": " offset ", \"shape\": [" TEXT(LOCAL_SAMPLES) ", 8]}"

static constexpr int64_t vocabulary = 10, rows = LOCAL_SAMPLES * 8, tableSize = vocabulary * vocabulary,
                         shardSize = LOCAL_ROWS * vocabulary;
enum Kernel { oneHot, softmax, accumulate, addLosses, set, norm, update };
enum Stream { compute, gather };

// The arena: offsets in bytes, as the manifest has them.
static constexpr int64_t learningRate = 0, correction1 = 64, correction2 = 128, inverseCount = 192, loss = 256,
                         gradNorm = 320, started = 384, table = 1024, gradient = 2048, whole = 4096, tokens = 4608,
                         targets = 4736, hot = 8192, logits = 9472, dlogits = 10752, losses = 12032, part = 12288,
                         gradientShard = 14336;

#define KERNEL(name, grid, threads, arguments)                                                                         \
  "{\"name\": \"" name "\", \"grid\": " #grid ", \"threads\": " #threads ", \"arguments\": " #arguments "}"
#define EXPORT extern "C" __attribute__((visibility("default")))
EXPORT const int32_t shard_abi_version;
EXPORT const char shard_manifest[];
const int32_t shard_abi_version = SHARDRT_ABI_VERSION;
// clang-format off
const char shard_manifest[] = R"({"abi": 2, "name": "CudaBigram", "digest": "00000000b19a0001",
  "target": {"kind": "cuda", "cpu": "x86-64", "features": ["sse2"]}, "dtype": "float32",
  "gpu": {"streams": ["compute", "gather"], "functions": [)"
    KERNEL(FIRST_KERNEL, 2, 16, 3) "," KERNEL("softmax", 1, 32, 6) "," KERNEL("accumulate", 4, 32, 4) "," KERNEL("add_losses", 1, 1, 4) ","
    KERNEL("set", 1, 1, 2) "," KERNEL("norm", 1, 1, 3) "," KERNEL("update", 4, 32, 6) R"(],
    "task_names": ["forward table: gather", "forward: one_hot"], "tasks": {"micro": [0, 1]},
    "images": [)" CUBIN_IMAGE R"({"kind": "ptx", "architecture": ")" PTX_ARCHITECTURE R"(", "symbol": ")" SYMBOL R"("}], "calls": []},
  "mesh": [{"name": "dp_shard", "size": )" TEXT(RANKS) R"(}], "world_size": )" TEXT(RANKS) R"(, "groups": [[)" AXIS R"(]],
  "arena": {"bytes": )" ARENA R"(, "persistent": 8192, "lower_bound": 16000},
  "memory": [{"kind": "parameters", "bytes": 1024}, {"kind": "gradients", "bytes": 2048}], "collectives": [],
  "parameters": [{"name": "table.weight", "shape": [10, 10], "sharding": [[)" AXIS R"(], []],
    "local_shape": [)" TEXT(LOCAL_ROWS) R"(, 10], "offset": 1024, "init": "normal", "aliases": []}],
  "batch_axes": [)" AXIS R"(],
  "inputs": {"tokens": )" INPUT("4608") R"(, "targets": )" INPUT("4736") R"(, "positions": )" INPUT("4864") R"(},
  "scalars": {"learning_rate": 0, "bias_correction1": 64, "bias_correction2": 128, "inverse_label_count": 192,
    "loss": 256, "grad_norm": 320},
  "step": [{"section": "micro", "repeat": 2}, {"section": "last", "repeat": 1}, {"section": "update", "repeat": 1}],
  "train": {"global_batch": 4, "sequence_length": 8, "accumulation": 3, "steps": 10, "learning_rate": 0.5,
    "min_learning_rate": 0.05, "warmup_steps": 3, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-08, "weight_decay": 0.1,
    "clip_norm": 1.0},
  "vocab_size": 10, "initializer_range": 0.5, "config": "{}"})";
// clang-format on

// Machine code that no driver takes.
EXPORT const char shard_gpu_cubin[];
const char shard_gpu_cubin[] = "\177ELF";

// The text of the kernels, zero-terminated.
asm(".pushsection .rodata\n.globl shard_gpu_ptx\nshard_gpu_ptx:\n.incbin \"" KERNELS "\"\n.byte 0\n.popsection\n");

/// Returns whether FAULT is `name`: no-wait (a task does not wait for the one that it reads from), unknown-wait (waits
/// for one that has not ended), unknown-stream, unknown-kernel, arguments (too many), outside (launches outside of a
/// task), unended (a task that does not end), rope, product (on a stream other than the first), bounds (a kernel that
/// writes outside of its memory), status. Of the second rank alone: mismatch (another collective than the first's),
/// absent (fails before a collective), stall (does not come to it).
static bool due(const char *name) {
  const char *fault = getenv("FAULT");
  return fault && strcmp(fault, name) == 0;
}

namespace {

/// The tasks of a section under way.
struct Tasks {
  shardrt_rank *rank;
  char *arena;
  int32_t count = 0, stream = compute;

  void begin(int32_t on, std::initializer_list<int32_t> waits) {
    shardrt_begin_task(rank, count, on, waits.begin(), static_cast<int32_t>(waits.size()));
  }
  void end(bool isAwaited = false) { shardrt_end_task(rank, count++, isAwaited); }
  /// Launches a kernel on memory at `offsets`, with a number as its last argument.
  void launch(int32_t kernel, std::initializer_list<int64_t> offsets, int64_t number) {
    std::vector<uint64_t> arguments;
    for (int64_t offset : offsets)
      arguments.push_back(reinterpret_cast<uint64_t>(arena + offset));
    arguments.push_back(static_cast<uint64_t>(number));
    shardrt_launch(rank, kernel, arguments.data(), static_cast<int32_t>(arguments.size()));
  }
  /// The same as a task of its own on the first stream.
  void run(int32_t kernel, std::initializer_list<int64_t> offsets, int64_t number) {
    begin(compute, {});
    launch(kernel, offsets, number);
    end();
  }
};

} // namespace

static void goWrong(Tasks &tasks) {
  if (due("unknown-wait"))
    tasks.begin(compute, {7});
  if (due("unknown-stream"))
    tasks.begin(2, {});
  if (due("unknown-kernel"))
    tasks.run(7, {}, 0);
  if (due("outside"))
    tasks.launch(oneHot, {tokens, hot}, rows);
  if (due("arguments"))
    tasks.run(set, {tokens, hot}, 0);
  if (due("unended"))
    tasks.begin(compute, {});
  if (due("bounds"))
    tasks.run(set, {int64_t(1) << 40}, 0);
  if (due("product") || due("rope")) {
    tasks.begin(gather, {});
    if (due("product"))
      shardrt_gemm(tasks.rank, tasks.arena, tasks.arena, tasks.arena, 1, 1, 1, 0, 0, SHARDRT_F32, SHARDRT_F32);
    else
      shardrt_rope_table(tasks.rank, nullptr, nullptr, tasks.arena, tasks.arena, 1, 1, SHARDRT_F64);
    tasks.end();
  }
}

[[maybe_unused]] static int32_t collective(shardrt_rank *rank, int32_t kind, int32_t index, shardrt_segment segment,
                                           const char *cause) {
  if (shardrt_coordinate(rank, 0) == 1) {
    if (due("absent"))
      shardrt_launch(rank, -1, nullptr, 0);
    if (due("stall"))
      sleep(1000);
    if (due("mismatch"))
      segment.part = ++segment.total;
  }
  shardrt_collective_desc desc{kind, SHARDRT_SUM, SHARDRT_F32, 0, index, 1, &segment, cause};
  return shardrt_collective(rank, &desc);
}

/// Brings the table to `whole`; on a stream of its own.
static int32_t copyTable(shardrt_rank *rank, [[maybe_unused]] char *arena) {
#if RANKS > 1
  return collective(rank, SHARDRT_ALL_GATHER, 0, {table, whole, 1, shardSize, tableSize}, "table.weight: unshard");
#elif defined(OWN_KERNELS)
  constexpr int64_t sum = 13312; // of the exponentials, its logarithm
  auto *position = reinterpret_cast<const int32_t *>(arena + tokens);
  shardrt_attention(rank, arena + table, arena + table, arena + table, position, position, arena + whole, arena + sum,
                    nullptr, 1, 1, 1, 1, 1, tableSize, 1, 0, SHARDRT_F32, 1);
#else
  shardrt_copy(rank, arena + table, arena + whole, tableSize * 4);
#endif
#if RANKS == 1
  return 0;
#endif
}

/// Sums the gradient over the ranks, in parts; all get all of it besides, for its norm.
static int32_t reduceGradient([[maybe_unused]] Tasks &tasks) {
#if RANKS > 1
  tasks.begin(compute, {});
  int32_t status = collective(tasks.rank, SHARDRT_REDUCE_SCATTER, 1, {gradient, gradientShard, 1, shardSize, tableSize},
                              "table.weight: gradient");
  if (status == 0)
    status = collective(tasks.rank, SHARDRT_ALL_GATHER, 2, {gradientShard, gradient, 1, shardSize, tableSize},
                        "gradient norm");
  if (status == 0)
    status = collective(tasks.rank, SHARDRT_ALL_REDUCE, 3, {loss, loss, 1, 1, 1}, "loss");
  tasks.end();
  return status;
#else
  return 0;
#endif
}

EXPORT int32_t shard_section_micro(shardrt_rank *rank, char *arena) {
  Tasks tasks{rank, arena};
  if (due("status"))
    return 42;
  tasks.begin(gather, {});
  if (int32_t status = copyTable(rank, arena))
    return status;
  tasks.end(true);
  goWrong(tasks);
  tasks.run(oneHot, {tokens, hot}, rows);
  if (due("no-wait"))
    tasks.begin(compute, {});
  else
    tasks.begin(compute, {0});
  shardrt_gemm(rank, arena + hot, arena + whole, arena + logits, rows, vocabulary, vocabulary, 0, 0, SHARDRT_F32,
               SHARDRT_F32);
  tasks.end();
  tasks.run(softmax, {logits, targets, inverseCount, dlogits, losses}, rows);
  tasks.begin(compute, {});
#ifdef OWN_KERNELS
  shardrt_embedding_grad(rank, arena + dlogits, reinterpret_cast<const int32_t *>(arena + tokens), arena + part, rows,
                         vocabulary, vocabulary, SHARDRT_F32);
#else
  shardrt_gemm(rank, arena + hot, arena + dlogits, arena + part, vocabulary, vocabulary, rows, 1, 0, SHARDRT_F32,
               SHARDRT_F32);
#endif
  tasks.end();
  tasks.run(accumulate, {part, gradient, started}, tableSize);
  tasks.run(addLosses, {losses, loss, started}, rows);
  tasks.run(set, {started}, 0x3f800000);
  return 0;
}

EXPORT int32_t shard_section_last(shardrt_rank *rank, char *arena) {
  if (int32_t status = shard_section_micro(rank, arena))
    return status;
  Tasks tasks{rank, arena, 8};
  tasks.run(set, {started}, 0);
  if (int32_t status = reduceGradient(tasks))
    return status;
  tasks.run(norm, {gradient, gradNorm}, tableSize);
  return 0;
}

EXPORT int32_t shard_section_update(shardrt_rank *rank, char *arena) {
  Tasks tasks{rank, arena};
  tasks.run(update, {table, RANKS == 1 ? gradient : gradientShard, learningRate, correction1, correction2}, shardSize);
  return 0;
}
