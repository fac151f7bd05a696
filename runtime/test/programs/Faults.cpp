//===- Faults.cpp - A program that goes wrong when told to --------------------------===//
//
// Four ranks that add one number a step. The environment's FAULT=KIND:RANK:STEP names what goes wrong, on which rank,
// at which step: throw, status, nan (the loss), infinity (the norm), stuck (never comes back), count and kind (other
// collectives than the peers'), skip (no collective), signal (SIGTERM to the process), slow (every step takes a while),
// kernels (every step calls the library). Macros make variants that are refused.
//
//===------------------------------------------------------------------------===//

#include "shardrt/abi.h"

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#ifndef ABI
#define ABI SHARDRT_ABI_VERSION
#endif
#ifndef FEATURES
#define FEATURES "\"sse2\""
#endif
#ifndef ARENA
#define ARENA "4096"
#endif
#ifndef TARGET
#define TARGET "cpu"
#endif
#ifndef FIRST_SECTION
#define FIRST_SECTION "micro"
#endif

#define EXPORT extern "C" __attribute__((visibility("default")))
#ifndef NO_VERSION
EXPORT const int32_t shard_abi_version;
const int32_t shard_abi_version = ABI;
#endif
#define INPUT "{\"offset\": 2048, \"shape\": [1, 4]}"
#ifndef MANIFEST
#define MANIFEST                                                                                                       \
  "{\"abi\": 2, \"name\": \"Faults\", \"digest\": \"00000000fa010000\","                                               \
  "\"target\": {\"kind\": \"" TARGET "\", \"cpu\": \"test\", \"features\": [" FEATURES "]}, \"dtype\": \"float32\","   \
  "\"mesh\": [{\"name\": \"dp_shard\", \"size\": 2}, {\"name\": \"tp\", \"size\": 2}], \"world_size\": 4,"             \
  "\"groups\": [[\"dp_shard\", \"tp\"], [\"tp\"]], \"arena\": {\"bytes\": " ARENA                                      \
  ", \"persistent\": 1024, \"lower_bound\": 4096},"                                                                    \
  "\"memory\": [{\"kind\": \"parameters\", \"bytes\": 1024}],"                                                         \
  "\"collectives\": [{\"kind\": \"all_reduce\", \"group\": 0, \"count\": 1, \"bytes\": 6, \"cause\": \"the "           \
  "number\"}],"                                                                                                        \
  "\"parameters\": [], \"batch_axes\": [\"dp_shard\"],"                                                                \
  "\"inputs\": {\"tokens\": " INPUT ", \"targets\": " INPUT ", \"positions\": " INPUT "},"                             \
  "\"scalars\": {\"learning_rate\": 0, \"bias_correction1\": 64, \"bias_correction2\": 128, \"inverse_label_count\": " \
  "192,"                                                                                                               \
  "\"loss\": 256, \"grad_norm\": 320},"                                                                                \
  "\"step\": [{\"section\": \"" FIRST_SECTION "\", \"repeat\": 0}, {\"section\": \"last\", \"repeat\": 1},"            \
  "{\"section\": \"update\", \"repeat\": 1}],"                                                                         \
  "\"train\": {\"global_batch\": 2, \"sequence_length\": 4, \"accumulation\": 1, \"steps\": 20, \"learning_rate\": "   \
  "1.0,"                                                                                                               \
  "\"min_learning_rate\": 0.1, \"warmup_steps\": 2, \"beta1\": 0.9, \"beta2\": 0.95, \"epsilon\": 1e-08, "             \
  "\"weight_decay\": "                                                                                                 \
  "0.0,"                                                                                                               \
  "\"clip_norm\": null}, \"vocab_size\": 256, \"initializer_range\": 0.02, \"config\": \"{}\"}"
#endif
EXPORT const char shard_manifest[];
const char shard_manifest[] = MANIFEST;

static const shardrt_segment number{256, 256, 1, 1, 1}, twoNumbers{256, 256, 1, 2, 2};

/// Returns whether the fault `kind` is due on this rank at this step.
static bool due(const char *kind, int64_t rank, int64_t step) {
  const char *fault = getenv("FAULT");
  char expected[64];
  snprintf(expected, sizeof expected, "%s:%d:%d", kind, static_cast<int>(rank), static_cast<int>(step));
  return fault && strcmp(fault, expected) == 0;
}

/// Calls what may want memory of its own: products too large for small-matrix kernels, and attention.
static void callLibrary(shardrt_rank *rank) {
  constexpr int64_t size = 300, dim = 32;
  struct Buffers {
    float a[size * size], b[size * size], c[size * size], lse[size], dq[size * dim], dk[size * dim], dv[size * dim];
    float workspace[SHARDRT_ATTENTION_WORKSPACE(size, size, dim, 1)];
    int32_t positions[size];
  };
  static Buffers ofRanks[4];
  Buffers &x = ofRanks[shardrt_coordinate(rank, 0)];
  shardrt_gemm(rank, x.a, x.b, x.c, size, size, size, 0, 1, SHARDRT_F32, SHARDRT_F32);
  shardrt_attention(rank, x.a, x.b, x.b, x.positions, x.positions, x.c, x.lse, x.workspace, 1, size, size, 1, 1, dim, 1,
                    0, SHARDRT_F32, 1);
  shardrt_attention_grad(rank, x.a, x.a, x.b, x.b, x.positions, x.positions, x.c, x.lse, x.dq, x.dk, x.dv, x.workspace,
                         1, size, size, 1, 1, dim, 1, 0, SHARDRT_F32, 1);
}

EXPORT int32_t shard_section_micro(shardrt_rank *, char *) {
  return 99;
}

EXPORT int32_t shard_section_last(shardrt_rank *rank, char *arena) {
  auto *steps = reinterpret_cast<int32_t *>(arena + 512);
  int64_t me = shardrt_coordinate(rank, 0), step = (*steps)++;
  float *loss = reinterpret_cast<float *>(arena + 256);
  *loss = 1;
  if (due("throw", me, step))
    throw std::runtime_error("the oven is cold");
  if (due("status", me, step))
    return 42;
  if (due("signal", me, step))
    raise(SIGTERM);
  if (due("stuck", me, step))
    for (;;)
      std::this_thread::sleep_for(std::chrono::hours(1));
  if (due("stuck-and-status", 1, step)) {
    if (me == 1)
      return 42;
    if (me == 3)
      std::this_thread::sleep_for(std::chrono::hours(1));
  }
  if (due("kernels", 0, 0))
    callLibrary(rank);
  if (due("slow", 0, 0))
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  shardrt_collective_desc desc{SHARDRT_ALL_REDUCE, SHARDRT_SUM, SHARDRT_F32, 0, 7, 1, &number, "the number"};
  if (due("count", me, step))
    desc.segments = &twoNumbers;
  if (due("kind", me, step)) {
    desc.reduction = SHARDRT_MAX;
    desc.index = 8;
    desc.cause = "another number";
  }
  if (due("skip", me, step))
    return 0;
  int32_t status = shardrt_collective(rank, &desc);
  if (due("nan", me, step))
    *loss = std::nanf("");
  return status;
}

EXPORT int32_t shard_section_update(shardrt_rank *rank, char *arena) {
  auto *steps = reinterpret_cast<const int32_t *>(arena + 512);
  float *norm = reinterpret_cast<float *>(arena + 320);
  *norm = due("infinity", shardrt_coordinate(rank, 0), *steps - 1) ? INFINITY : 2;
  return 0;
}
