//===- Abi.cpp - The calls of abi.h, passed on to device and communicator -----===//

#pragma GCC visibility push(default)
#include "shardrt/abi.h"
#pragma GCC visibility pop

#include "program/Rank.h"

using namespace shardrt;

int64_t shardrt_coordinate(shardrt_rank *rank, int64_t group) {
  return rank->groups[static_cast<size_t>(group)]->rank();
}

int32_t shardrt_collective(shardrt_rank *rank, const shardrt_collective_desc *desc) {
  Communicator &group = *rank->groups[static_cast<size_t>(desc->group)];
  rank->progress.enter(*desc);
  CollectiveStatus status = group.run(*desc, rank->arena);
  rank->progress.leave();
  if (status == CollectiveStatus::Mismatch)
    rank->mismatched = &group;
  return static_cast<int32_t>(status);
}

static int32_t pass(shardrt_rank *rank, const LibraryTask &task) {
  rank->progress.advance();
  return rank->device.perform(task);
}

void shardrt_copy(shardrt_rank *rank, const void *src, void *dst, int64_t bytes) {
  pass(rank, CopyTask{src, dst, bytes});
}

static GemmShape shapeOf(int64_t m, int64_t n, int64_t k, int64_t transpose_a, int64_t transpose_b, int64_t dtype,
                         int64_t result_dtype) {
  return {m,
          n,
          k,
          transpose_a != 0,
          transpose_b != 0,
          static_cast<shardrt_dtype>(dtype),
          static_cast<shardrt_dtype>(result_dtype)};
}

void shardrt_gemm(shardrt_rank *rank, const void *a, const void *b, void *c, int64_t m, int64_t n, int64_t k,
                  int64_t transpose_a, int64_t transpose_b, int64_t dtype, int64_t result_dtype) {
  pass(rank, GemmTask{shapeOf(m, n, k, transpose_a, transpose_b, dtype, result_dtype), a, b, {}, c});
}

int32_t shardrt_gemm_bias(shardrt_rank *rank, const void *a, const void *b, const void *bias, void *c, int64_t m,
                          int64_t n, int64_t k, int64_t transpose_a, int64_t transpose_b, int64_t dtype,
                          int64_t result_dtype) {
  GemmShape shape = shapeOf(m, n, k, transpose_a, transpose_b, dtype, result_dtype);
  return pass(rank, GemmTask{shape, a, b, GemmTerms{bias, nullptr}, c});
}

int32_t shardrt_gemm_add(shardrt_rank *rank, const void *a, const void *b, const void *addend, void *c, int64_t m,
                         int64_t n, int64_t k, int64_t transpose_a, int64_t transpose_b, int64_t dtype,
                         int64_t result_dtype) {
  GemmShape shape = shapeOf(m, n, k, transpose_a, transpose_b, dtype, result_dtype);
  return pass(rank, GemmTask{shape, a, b, GemmTerms{nullptr, addend}, c});
}

int32_t shardrt_gemm_bias_add(shardrt_rank *rank, const void *a, const void *b, const void *bias, const void *addend,
                              void *c, int64_t m, int64_t n, int64_t k, int64_t transpose_a, int64_t transpose_b,
                              int64_t dtype, int64_t result_dtype) {
  GemmShape shape = shapeOf(m, n, k, transpose_a, transpose_b, dtype, result_dtype);
  return pass(rank, GemmTask{shape, a, b, GemmTerms{bias, addend}, c});
}

void shardrt_attention(shardrt_rank *rank, const void *q, const void *k, const void *v, const int32_t *q_positions,
                       const int32_t *k_positions, void *out, void *lse, void *workspace, int64_t batch, int64_t q_len,
                       int64_t k_len, int64_t heads, int64_t kv_heads, int64_t dim, int64_t causal, int64_t window,
                       int64_t dtype, double scale) {
  pass(rank, AttentionTask{{q, k, v, q_positions, k_positions, out, lse, workspace},
                           {batch, q_len, k_len, heads, kv_heads, dim, causal != 0, window, scale},
                           static_cast<shardrt_dtype>(dtype)});
}

void shardrt_attention_grad(shardrt_rank *rank, const void *dout, const void *q, const void *k, const void *v,
                            const int32_t *q_positions, const int32_t *k_positions, const void *out, const void *lse,
                            void *dq, void *dk, void *dv, void *workspace, int64_t batch, int64_t q_len, int64_t k_len,
                            int64_t heads, int64_t kv_heads, int64_t dim, int64_t causal, int64_t window, int64_t dtype,
                            double scale) {
  AttentionTensors tensors{q,        k, v, q_positions, k_positions, const_cast<void *>(out), const_cast<void *>(lse),
                           workspace};
  pass(rank, AttentionGradTask{tensors,
                               {dout, dq, dk, dv},
                               {batch, q_len, k_len, heads, kv_heads, dim, causal != 0, window, scale},
                               static_cast<shardrt_dtype>(dtype)});
}

void shardrt_rope_table(shardrt_rank *rank, const int32_t *positions, const double *frequencies, void *cosines,
                        void *sines, int64_t rows, int64_t half, int64_t dtype) {
  pass(rank, RopeTableTask{positions, frequencies, cosines, sines, rows, half, static_cast<shardrt_dtype>(dtype)});
}

void shardrt_embedding_grad(shardrt_rank *rank, const void *dout, const int32_t *indices, void *dweight, int64_t rows,
                            int64_t vocabulary, int64_t width, int64_t dtype) {
  pass(rank, EmbeddingGradTask{dout, indices, dweight, rows, vocabulary, width, static_cast<shardrt_dtype>(dtype)});
}

int32_t shardrt_begin_task(shardrt_rank *rank, int32_t task, int32_t stream, const int32_t *waits, int32_t num_waits) {
  rank->progress.advance();
  return rank->device.beginTask(task, stream, {waits, static_cast<size_t>(num_waits)});
}

int32_t shardrt_end_task(shardrt_rank *rank, int32_t task, int32_t is_awaited) {
  return rank->device.endTask(task, is_awaited != 0);
}

int32_t shardrt_launch(shardrt_rank *rank, int32_t function, const uint64_t *arguments, int32_t num_arguments) {
  return rank->device.launch(function, {arguments, static_cast<size_t>(num_arguments)});
}
