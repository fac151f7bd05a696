//===- CudaBigram.cpp - The program of Bigram.cpp for a GPU ---------------------------===//
//
// One rank, float32. Rows of the table are chosen by a product with the tokens as rows of zeros and a one, and its gradient by
// another. The table is copied on a stream of its own, beside the kernel that writes these rows. Its kernels are those of
// cuda/bigram.c. With OWN_KERNELS the gradient's rows are summed by index, and attention to a single key copies the table. The
// environment's FAULT is the name of what goes wrong: see `due`.
//
//===----------------------------------------------------------------------------------===//

#include "shardrt/abi.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <vector>

#ifndef ARENA
#define ARENA "16384"
#endif
#ifndef RANKS
#define RANKS "1"
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

static constexpr int64_t vocabulary = 10, rows = 32, tableSize = vocabulary * vocabulary;
enum Kernel { oneHot, softmax, accumulate, addLosses, set, norm, update };
enum Stream { compute, gather };

// The arena: offsets in bytes, as the manifest has them.
static constexpr int64_t learningRate = 0, correction1 = 64, correction2 = 128, inverseCount = 192, loss = 256, gradNorm = 320,
                         started = 384, table = 1024, gradient = 2048, whole = 4096, tokens = 4608, targets = 4736, hot = 8192,
                         logits = 9472, dlogits = 10752, losses = 12032, part = 12288;

#define KERNEL(name, grid, threads) "{\"name\": \"" name "\", \"grid\": " #grid ", \"threads\": " #threads "}"
#define EXPORT extern "C" __attribute__((visibility("default")))
EXPORT const int32_t shard_abi_version;
EXPORT const char shard_manifest[];
const int32_t shard_abi_version = SHARDRT_ABI_VERSION;
const char shard_manifest[] =
    "{\"abi\": 2, \"name\": \"CudaBigram\", \"digest\": \"00000000b19a0001\","
    "\"target\": {\"kind\": \"cuda\", \"cpu\": \"x86-64\", \"features\": [\"sse2\"]}, \"dtype\": \"float32\","
    "\"gpu\": {\"streams\": [\"compute\", \"gather\"], \"functions\": [" KERNEL(FIRST_KERNEL, 2, 16) ", " KERNEL(
        "softmax", 1, 32) ", " KERNEL("accumulate", 4, 32) ", " KERNEL("add_losses", 1, 1) ", " //
    KERNEL("set", 1, 1) ", " KERNEL("norm", 1, 1) ", " KERNEL(
        "update", 4,
        32) "], "
            "\"images\": [" CUBIN_IMAGE "{\"kind\": \"ptx\", \"architecture\": \"" PTX_ARCHITECTURE "\", \"symbol\": \"" SYMBOL
            "\"}]},"
            "\"mesh\": [{\"name\": \"dp_shard\", \"size\": " RANKS "}], \"world_size\": " RANKS ","
            "\"groups\": [], \"arena\": {\"bytes\": " ARENA ", \"persistent\": 8192, \"lower_bound\": 16000},"
            "\"memory\": [{\"kind\": \"parameters\", \"bytes\": 1024}, {\"kind\": \"gradients\", \"bytes\": 2048}],"
            "\"collectives\": [], \"parameters\": [{\"name\": \"table.weight\", \"shape\": [10, 10], \"sharding\": [[], []],"
            "\"local_shape\": [10, 10], \"offset\": 1024, \"init\": \"normal\", \"aliases\": []}], \"batch_axes\": [],"
            "\"inputs\": {\"tokens\": {\"offset\": 4608, \"shape\": [4, 8]}, \"targets\": {\"offset\": 4736, \"shape\": [4, "
            "8]},"
            "\"positions\": {\"offset\": 4864, \"shape\": [4, 8]}},"
            "\"scalars\": {\"learning_rate\": 0, \"bias_correction1\": 64, \"bias_correction2\": 128, \"inverse_label_count\": "
            "192,"
            "\"loss\": 256, \"grad_norm\": 320},"
            "\"step\": [{\"section\": \"micro\", \"repeat\": 2}, {\"section\": \"last\", \"repeat\": 1}, {\"section\": "
            "\"update\", "
            "\"repeat\": 1}],"
            "\"train\": {\"global_batch\": 4, \"sequence_length\": 8, \"accumulation\": 3, \"steps\": 10, \"learning_rate\": "
            "0.5,"
            "\"min_learning_rate\": 0.05, \"warmup_steps\": 3, \"beta1\": 0.9, \"beta2\": 0.95, \"epsilon\": 1e-08, "
            "\"weight_decay\": "
            "0.1, \"clip_norm\": 1.0}, \"vocab_size\": 10, \"initializer_range\": 0.5, \"config\": \"{}\"}";

// Machine code that no driver takes.
EXPORT const char shard_gpu_cubin[];
const char shard_gpu_cubin[] = "\177ELF";

// The text of the kernels, zero-terminated.
asm(".pushsection .rodata\n.globl shard_gpu_ptx\nshard_gpu_ptx:\n.incbin \"" KERNELS "\"\n.byte 0\n.popsection\n");

/// Returns whether FAULT is `name`: no-wait (a task does not wait for the one that it reads from), unknown-wait (waits for one
/// that has not ended), unknown-stream, unknown-kernel, outside (launches outside of a task), unended (a task that does not
/// end), rope, product (on a stream other than the first), bounds (a kernel that writes outside of its memory), status.
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

static void copyTable(shardrt_rank *rank, char *arena) {
#ifdef OWN_KERNELS
  constexpr int64_t sum = 13312; // of the exponentials, its logarithm
  auto *position = reinterpret_cast<const int32_t *>(arena + tokens);
  shardrt_attention(rank, arena + table, arena + table, arena + table, position, position, arena + whole, arena + sum, nullptr,
                    1, 1, 1, 1, 1, tableSize, 1, 0, SHARDRT_F32, 1);
#else
  shardrt_copy(rank, arena + table, arena + whole, tableSize * 4);
#endif
}

EXPORT int32_t shard_section_micro(shardrt_rank *rank, char *arena) {
  Tasks tasks{rank, arena};
  if (due("status"))
    return 42;
  tasks.begin(gather, {});
  copyTable(rank, arena);
  tasks.end(true);
  goWrong(tasks);
  tasks.run(oneHot, {tokens, hot}, rows);
  if (due("no-wait"))
    tasks.begin(compute, {});
  else
    tasks.begin(compute, {0});
  shardrt_gemm(rank, arena + hot, arena + whole, arena + logits, rows, vocabulary, vocabulary, 0, 0, SHARDRT_F32, SHARDRT_F32);
  tasks.end();
  tasks.run(softmax, {logits, targets, inverseCount, dlogits, losses}, rows);
  tasks.begin(compute, {});
#ifdef OWN_KERNELS
  shardrt_embedding_grad(rank, arena + dlogits, reinterpret_cast<const int32_t *>(arena + tokens), arena + part, rows,
                         vocabulary, vocabulary, SHARDRT_F32);
#else
  shardrt_gemm(rank, arena + hot, arena + dlogits, arena + part, vocabulary, vocabulary, rows, 1, 0, SHARDRT_F32, SHARDRT_F32);
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
  tasks.run(norm, {gradient, gradNorm}, tableSize);
  return 0;
}

EXPORT int32_t shard_section_update(shardrt_rank *rank, char *arena) {
  Tasks tasks{rank, arena};
  tasks.run(update, {table, gradient, learningRate, correction1, correction2}, tableSize);
  return 0;
}
