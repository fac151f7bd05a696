//===- Runtime.cpp - The runtime's functions, as tests see them called -------------------------===//
#include "Runtime.h"
#include "shardrt/abi.h"
#include "llvm/Support/raw_ostream.h"

using namespace shardc;

int64_t test::coordinate = 0;
int32_t test::collectiveStatus = 0;
std::vector<std::string> test::calls;
const char *test::arenaStart = nullptr;

static int64_t at(const void *address) {
  return static_cast<const char *>(address) - test::arenaStart;
}

template <typename... T> static void note(T... words) {
  std::string line;
  llvm::raw_string_ostream stream(line);
  ((stream << words << ' '), ...);
  line.pop_back();
  test::calls.push_back(line);
}

extern "C" {

int64_t shardrt_coordinate(shardrt_rank *, int64_t group) {
  note("coordinate", group);
  return test::coordinate;
}

int32_t shardrt_collective(shardrt_rank *, const shardrt_collective_desc *desc) {
  note("collective", desc->kind, desc->reduction, desc->dtype, desc->group, desc->index, desc->cause);
  for (int32_t i = 0; i < desc->num_segments; ++i) {
    const shardrt_segment &segment = desc->segments[i];
    note("segment", segment.send, segment.recv, segment.outer, segment.part, segment.total);
  }
  return test::collectiveStatus;
}

void shardrt_copy(shardrt_rank *, const void *src, void *dst, int64_t bytes) {
  note("copy", at(src), at(dst), bytes);
}

void shardrt_gemm(shardrt_rank *, const void *a, const void *b, void *c, int64_t m, int64_t n, int64_t k,
                  int64_t transpose_a, int64_t transpose_b, int64_t dtype, int64_t result_dtype) {
  note("gemm", at(a), at(b), at(c), m, n, k, transpose_a, transpose_b, dtype, result_dtype);
}

int32_t shardrt_gemm_bias_add(shardrt_rank *, const void *a, const void *b, const void *bias, const void *addend,
                              void *c, int64_t m, int64_t n, int64_t k, int64_t transpose_a, int64_t transpose_b,
                              int64_t dtype, int64_t result_dtype) {
  note("gemm_bias_add", at(a), at(b), at(bias), at(addend), at(c), m, n, k, transpose_a, transpose_b, dtype,
       result_dtype);
  return 0;
}

void shardrt_attention(shardrt_rank *, const void *q, const void *k, const void *v, const int32_t *q_positions,
                       const int32_t *k_positions, void *out, void *lse, void *workspace, int64_t batch, int64_t q_len,
                       int64_t k_len, int64_t heads, int64_t kv_heads, int64_t dim, int64_t causal, int64_t window,
                       int64_t dtype, double scale) {
  note("attention", at(q), at(k), at(v), at(q_positions), at(k_positions), at(out), at(lse), at(workspace), batch,
       q_len, k_len, heads, kv_heads, dim, causal, window, dtype, scale);
}

void shardrt_rope_table(shardrt_rank *, const int32_t *positions, const double *frequencies, void *cosines, void *sines,
                        int64_t rows, int64_t half, int64_t dtype) {
  note("rope_table", at(positions), frequencies[0], frequencies[1], at(cosines), at(sines), rows, half, dtype);
}
}
