//===- Bigram.cpp - A program by hand: next token from this token -----------------===//
//
// logits = table[token]; the table's rows are sharded over RANKS ranks, gathered in each micro batch, and its gradient
// is reduced in the last. Learning rate and bias corrections all enter the update, so that the losses show whether the
// runtime wrote them.
//
//===------------------------------------------------------------------------===//

#include "shardrt/abi.h"

#include <algorithm>
#include <cmath>

#ifndef REAL
#define REAL double
#define REAL_NAME "float64"
#define REAL_DTYPE SHARDRT_F64
#endif
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

using Real = REAL;
static constexpr int64_t vocabulary = 10, part = (vocabulary + RANKS - 1) / RANKS, samples = 4 / RANKS, length = 8;

// The arena: offsets in bytes, as the manifest has them.
static constexpr int64_t learningRate = 0, correction1 = 64, correction2 = 128, inverseCount = 192, loss = 256,
                         norm = 320, table = 1024, gradShard = 2048, started = 3072, gradient = 4096, whole = 8192,
                         tokens = 12288, targets = 12544;

#if RANKS == 1
#define AXES ""
#define GROUPS ""
#define LOCAL_ROWS "10"
#define LOCAL_SAMPLES "4"
#elif RANKS == 2
#define AXES "\"dp_shard\""
#define GROUPS "[\"dp_shard\"]"
#define LOCAL_ROWS "5"
#define LOCAL_SAMPLES "2"
#else
#define AXES "\"dp_shard\""
#define GROUPS "[\"dp_shard\"]"
#define LOCAL_ROWS "3"
#define LOCAL_SAMPLES "1"
#endif
#define INPUT(offset) "{\"offset\": " offset ", \"shape\": [" LOCAL_SAMPLES ", 8]}"

#define EXPORT extern "C" __attribute__((visibility("default")))
EXPORT const int32_t shard_abi_version;
EXPORT const char shard_manifest[];
const int32_t shard_abi_version = SHARDRT_ABI_VERSION;
const char shard_manifest[] =
    "{\"abi\": 2, \"name\": \"Bigram\", \"digest\": \"00000000b19a0000\","
    "\"target\": {\"kind\": \"cpu\", \"cpu\": \"x86-64\", \"features\": [\"sse2\"]}, \"dtype\": \"" REAL_NAME "\","
    "\"mesh\": [{\"name\": \"dp_shard\", \"size\": " TEXT(
        RANKS) "}, {\"name\": \"tp\", \"size\": 1}], "
               "\"world_size\": " TEXT(
                   RANKS) ","
                          "\"groups\": [" GROUPS "], \"arena\": {\"bytes\": 16384, "
                          "\"persistent\": 8192, \"lower_bound\": "
                          "16000},"
                          "\"memory\": [{\"kind\": \"parameters\", "
                          "\"bytes\": 1024}, {\"kind\": "
                          "\"gradients\", \"bytes\": 2048}],"
                          "\"collectives\": [], \"parameters\": "
                          "[{\"name\": \"table.weight\", \"shape\": "
                          "[10, 10], \"sharding\": [[" AXES "], []],"
                          "\"local_shape\": [" LOCAL_ROWS ", 10], \"offset\": 1024, \"init\": "
                          "\"normal\", \"aliases\": []}],"
                          "\"batch_axes\": [" AXES "], \"inputs\": {\"tokens\": " INPUT(
                              "1228"
                              "8") ", \"targets\": " INPUT("12544") ", \"positions\": " INPUT("12800") "}, "
                                                                                                       "\"scalars\": "
                                                                                                       "{\"learning_"
                                                                                                       "rate\": 0, "
                                                                                                       "\"bias_"
                                                                                                       "correction1\": "
                                                                                                       "64, "
                                                                                                       "\"bias_"
                                                                                                       "correction2\": "
                                                                                                       "128,"
                                                                                                       "\"inverse_"
                                                                                                       "label_count\": "
                                                                                                       "192, \"loss\": "
                                                                                                       "256, "
                                                                                                       "\"grad_norm\": "
                                                                                                       "320},"
                                                                                                       "\"step\": "
                                                                                                       "[{\"section\": "
                                                                                                       "\"micro\", "
                                                                                                       "\"repeat\": "
                                                                                                       "2}, "
                                                                                                       "{\"section\": "
                                                                                                       "\"last\", "
                                                                                                       "\"repeat\": "
                                                                                                       "1}, "
                                                                                                       "{\"section\": "
                                                                                                       "\"update\", "
                                                                                                       "\"repeat\": "
                                                                                                       "1}],"
                                                                                                       "\"train\": "
                                                                                                       "{\"global_"
                                                                                                       "batch\": 4, "
                                                                                                       "\"sequence_"
                                                                                                       "length\": 8, "
                                                                                                       "\"accumulation"
                                                                                                       "\": 3, "
                                                                                                       "\"steps\": 10, "
                                                                                                       "\"learning_"
                                                                                                       "rate\": 0.5,"
                                                                                                       "\"min_learning_"
                                                                                                       "rate\": 0.05, "
                                                                                                       "\"warmup_"
                                                                                                       "steps\": 3, "
                                                                                                       "\"beta1\": "
                                                                                                       "0.9, "
                                                                                                       "\"beta2\": "
                                                                                                       "0.95, "
                                                                                                       "\"epsilon\": "
                                                                                                       "1e-08, "
                                                                                                       "\"weight_"
                                                                                                       "decay\": 0.1,"
                                                                                                       "\"clip_norm\": "
                                                                                                       "1.0}, "
                                                                                                       "\"vocab_size\":"
                                                                                                       " 10, "
                                                                                                       "\"initializer_"
                                                                                                       "range\": 0.5, "
                                                                                                       "\"config\": "
                                                                                                       "\"{}\"}";

static Real *at(char *arena, int64_t offset) {
  return reinterpret_cast<Real *>(arena + offset);
}

static int32_t collective(shardrt_rank *rank, int32_t kind, int32_t index, shardrt_segment segment, const char *cause) {
  shardrt_collective_desc desc{kind, SHARDRT_SUM, REAL_DTYPE, 0, index, 1, &segment, cause};
  return RANKS == 1 ? 0 : shardrt_collective(rank, &desc);
}

static void softmaxGradient(const Real *logits, int32_t target, Real scale, Real *dlogits, Real &lossSum) {
  Real most = *std::max_element(logits, logits + vocabulary), sum = 0;
  for (int64_t i = 0; i < vocabulary; ++i)
    sum += std::exp(logits[i] - most);
  for (int64_t i = 0; i < vocabulary; ++i)
    dlogits[i] += scale * (std::exp(logits[i] - most) / sum - (i == target));
  lossSum += scale * (std::log(sum) + most - logits[target]);
}

EXPORT int32_t shard_section_micro(shardrt_rank *rank, char *arena) {
  if (RANKS == 1)
    shardrt_copy(rank, at(arena, table), at(arena, whole), vocabulary * vocabulary * int64_t(sizeof(Real)));
  shardrt_segment rows{table, whole, 1, part * vocabulary, vocabulary * vocabulary};
  if (int32_t status = collective(rank, SHARDRT_ALL_GATHER, 0, rows, "table.weight: unshard"))
    return status;
  if (*at(arena, started) == 0) {
    std::fill_n(at(arena, gradient), vocabulary * vocabulary, Real(0));
    *at(arena, loss) = 0;
    *at(arena, started) = 1;
  }
  auto *inputs = reinterpret_cast<const int32_t *>(arena + tokens),
       *labels = reinterpret_cast<const int32_t *>(arena + targets);
  for (int64_t i = 0; i < samples * length; ++i)
    softmaxGradient(at(arena, whole) + inputs[i] * vocabulary, labels[i], *at(arena, inverseCount),
                    at(arena, gradient) + inputs[i] * vocabulary, *at(arena, loss));
  return 0;
}

EXPORT int32_t shard_section_last(shardrt_rank *rank, char *arena) {
  if (int32_t status = shard_section_micro(rank, arena))
    return status;
  *at(arena, started) = 0;
  if (RANKS == 1)
    shardrt_copy(rank, at(arena, gradient), at(arena, gradShard), vocabulary * vocabulary * int64_t(sizeof(Real)));
  shardrt_segment rows{gradient, gradShard, 1, part * vocabulary, vocabulary * vocabulary};
  if (int32_t status = collective(rank, SHARDRT_REDUCE_SCATTER, 1, rows, "table.weight: gradient"))
    return status;
  return collective(rank, SHARDRT_ALL_REDUCE, 2, {loss, loss, 1, 1, 1}, "loss");
}

EXPORT int32_t shard_section_update(shardrt_rank *rank, char *arena) {
  Real squares = 0, rate = *at(arena, learningRate) * *at(arena, correction1) / *at(arena, correction2);
  for (int64_t i = 0; i < part * vocabulary; ++i) {
    Real g = at(arena, gradShard)[i];
    squares += g * g;
    at(arena, table)[i] -= rate * g;
  }
  *at(arena, norm) = squares;
  int32_t status = collective(rank, SHARDRT_ALL_REDUCE, 3, {norm, norm, 1, 1, 1}, "gradient norm");
  *at(arena, norm) = std::sqrt(*at(arena, norm));
  return status;
}
