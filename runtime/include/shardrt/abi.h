/*===- shardrt/abi.h - The calls that compiled programs make --------------===*
 *
 * The contract between a compiled program and the runtime, declared once: the compiler includes this header and derives
 * symbols and LLVM types from the declarations. C, fixed-width types and pointers only; no struct by value.
 *
 * What a program exports (a shared object):
 *   const int32_t shard_abi_version            SHARDRT_ABI_VERSION at the time of compilation
 *   const char    shard_manifest[]             JSON, zero-terminated; docs/manifest.md describes it
 *   const char    shard_gpu_ptx[]              of a program for GPUs: the kernels' PTX, zero-terminated
 *   const char    shard_gpu_ARCHITECTURE[]     and as machine code, for each architecture that the manifest names a
 * cubin for int32_t       shard_section_NAME(shardrt_rank *, char *arena) one for each section; 0, or the status of the
 * call that failed
 *
 * Calling convention of library functions, which lets the compiler emit them without knowing them: the rank, then
 * pointers to operands, constants, results, workspace (where the operation asks for one), then int64_t attributes, then
 * double attributes. All matrices are row-major and dense. `dtype` is a shardrt_dtype, that of all operands and results
 * of which nothing else is said; with SHARDRT_BF16 sums are taken in float32 and each result is rounded once.
 *
 *===----------------------------------------------------------------------===*/
#ifndef SHARDRT_ABI_H
#define SHARDRT_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SHARDRT_ABI_VERSION 2

/** One rank's execution context: its coordinates, its communicator, its arena. */
typedef struct shardrt_rank shardrt_rank;

/** SHARDRT_TF32 is a `dtype` of matrix products alone: float32 in memory, whose operands may be rounded to TF32. */
enum shardrt_dtype { SHARDRT_F32 = 0, SHARDRT_F64 = 1, SHARDRT_I32 = 2, SHARDRT_BF16 = 3, SHARDRT_TF32 = 4 };
enum shardrt_collective_kind { SHARDRT_ALL_REDUCE = 0, SHARDRT_ALL_GATHER = 1, SHARDRT_REDUCE_SCATTER = 2 };
enum shardrt_reduction { SHARDRT_SUM = 0, SHARDRT_MAX = 1 };

/** One tensor of a collective. With N ranks in the group, the whole is [outer, total] elements and a rank's part is
 *  [outer, part]; rank r's part holds the columns [r * part, (r + 1) * part) of the whole, and columns at or beyond
 *  `total` are padding, which is never read from a whole and is zero in a part that a reduction writes. */
typedef struct shardrt_segment {
  int64_t send;  /**< byte offset of the source in the arena */
  int64_t recv;  /**< byte offset of the destination in the arena; may equal send in an all-reduce */
  int64_t outer; /**< number of blocks, 1 for an all-reduce */
  int64_t part;  /**< elements of one rank in a block; for an all-reduce all of them */
  int64_t total; /**< elements of the whole in a block; for an all-reduce equal to part */
} shardrt_segment;

/** A collective as the program states it; constant data of the program. */
typedef struct shardrt_collective_desc {
  int32_t kind;      /**< shardrt_collective_kind */
  int32_t reduction; /**< shardrt_reduction; ignored by an all-gather */
  int32_t dtype;     /**< shardrt_dtype of all segments */
  int32_t group;     /**< index into the manifest's groups */
  int32_t index;     /**< position in the program's total order, unique in the program */
  int32_t num_segments;
  const shardrt_segment *segments;
  const char *cause; /**< parameter or module, and plan rule; for messages */
} shardrt_collective_desc;

/** Returns this rank's position in group `group`: its coordinates along the group's axes, the last the fastest. */
int64_t shardrt_coordinate(shardrt_rank *rank, int64_t group);

/** Runs one collective over all segments of `desc`, as one group call; sums are taken in rank order, by NCCL in its
 * own. Returns 0, or a non-zero status when a peer is lost: the section then returns it at once. Equivalent to:
 * MPI_Allreduce / ncclAllReduce, MPI_Allgather / ncclAllGather, MPI_Reduce_scatter_block / ncclReduceScatter. */
int32_t shardrt_collective(shardrt_rank *rank, const shardrt_collective_desc *desc);

/** Copies `bytes` bytes; source and destination do not overlap. */
void shardrt_copy(shardrt_rank *rank, const void *src, void *dst, int64_t bytes);

/** c[m, n] = op(a)[m, k] * op(b)[k, n], where op transposes if its flag is 1: a is [k, m] then, b [n, k]. c is of
 * `result_dtype`: `dtype`, or SHARDRT_F32 for operands of SHARDRT_BF16. Equivalent to: cblas_sgemm, cublasLtMatmul. */
void shardrt_gemm(shardrt_rank *rank, const void *a, const void *b, void *c, int64_t m, int64_t n, int64_t k,
                  int64_t transpose_a, int64_t transpose_b, int64_t dtype, int64_t result_dtype);

/** Attention by blocks with an online softmax. q is [batch, q_len, heads, dim]; k, v are [batch, k_len, kv_heads, dim];
 *  positions are int32 [batch, q_len] and [batch, k_len]. Key j is seen by query i if k_positions[j] <= q_positions[i]
 * and, where window > 0, q_positions[i] - k_positions[j] < window (all keys if causal is 0). Query head h reads key
 * head h / (heads / kv_heads). out is like q; lse [batch, heads, q_len] is the natural logarithm of the sum of
 * exponentials of the scaled scores, of float32 where `dtype` is SHARDRT_BF16. */
void shardrt_attention(shardrt_rank *rank, const void *q, const void *k, const void *v, const int32_t *q_positions,
                       const int32_t *k_positions, void *out, void *lse, void *workspace, int64_t batch, int64_t q_len,
                       int64_t k_len, int64_t heads, int64_t kv_heads, int64_t dim, int64_t causal, int64_t window,
                       int64_t dtype, double scale);

/** Returns the bytes of workspace that shardrt_attention and its gradient need; the compiler computes the same by
 *  SHARDRT_ATTENTION_WORKSPACE. */
#define SHARDRT_ATTENTION_BLOCK 64
#define SHARDRT_ATTENTION_WORKSPACE(q_len, k_len, dim, element_size)                                                   \
  ((element_size) == 2 ? (int64_t)4 * (SHARDRT_ATTENTION_BLOCKS(dim) + (4 * (q_len) + 6 * (k_len)) * (dim))            \
                       : (int64_t)(element_size) * SHARDRT_ATTENTION_BLOCKS(dim))
/** Elements of the blocks of one head; with SHARDRT_BF16 all rows of one head follow them, widened to float32. */
#define SHARDRT_ATTENTION_BLOCKS(dim)                                                                                  \
  (2 * SHARDRT_ATTENTION_BLOCK * SHARDRT_ATTENTION_BLOCK + 6 * SHARDRT_ATTENTION_BLOCK * (dim) +                       \
   4 * SHARDRT_ATTENTION_BLOCK)

/** The same for programs for GPUs. Their own kernels need a float32 for each query and head, for the gradient. With
 * SHARDRT_BF16 cuDNN may do the work, whose gradient repeats its bits if it has, for each query head, the gradient of
 * all scores in bfloat16, and those of the keys and values where several query heads share them; a program has that
 * where it is not above SHARDRT_ATTENTION_MOST_WORKSPACE_CUDA. */
#define SHARDRT_ATTENTION_WORKSPACE_CUDA(is_gradient, dtype, batch, q_len, k_len, heads, kv_heads, dim)                \
  ((dtype) != SHARDRT_BF16 ? SHARDRT_ATTENTION_OWN_CUDA(batch, q_len, heads)                                           \
   : !(is_gradient)        ? SHARDRT_ATTENTION_SLACK_CUDA                                                              \
   : SHARDRT_ATTENTION_CUDNN(batch, q_len, k_len, heads, kv_heads, dim) <= SHARDRT_ATTENTION_MOST_WORKSPACE_CUDA       \
       ? SHARDRT_ATTENTION_CUDNN(batch, q_len, k_len, heads, kv_heads, dim)                                            \
       : SHARDRT_ATTENTION_OWN_CUDA(batch, q_len, heads))
#define SHARDRT_ATTENTION_MOST_WORKSPACE_CUDA ((int64_t)6 << 30)
#define SHARDRT_ATTENTION_SLACK_CUDA ((int64_t)1 << 16)
#define SHARDRT_ATTENTION_OWN_CUDA(batch, q_len, heads) ((int64_t)4 * (batch) * (q_len) * (heads))
#define SHARDRT_ATTENTION_CUDNN(batch, q_len, k_len, heads, kv_heads, dim)                                             \
  ((int64_t)2 * (batch) * (heads) * (((q_len) + 63) / 64 * 64) * (((k_len) + 127) / 128 * 128) +                       \
   ((kv_heads) == (heads) ? 0 : (int64_t)4 * (batch) * (heads) * (k_len) * (dim)) +                                    \
   SHARDRT_ATTENTION_OWN_CUDA(batch, q_len, heads) + SHARDRT_ATTENTION_SLACK_CUDA)

/** The derivative of shardrt_attention: from dout (like q) and the values of the forward pass to dq, dk, dv. */
void shardrt_attention_grad(shardrt_rank *rank, const void *dout, const void *q, const void *k, const void *v,
                            const int32_t *q_positions, const int32_t *k_positions, const void *out, const void *lse,
                            void *dq, void *dk, void *dv, void *workspace, int64_t batch, int64_t q_len, int64_t k_len,
                            int64_t heads, int64_t kv_heads, int64_t dim, int64_t causal, int64_t window, int64_t dtype,
                            double scale);

/** cos and sin [rows, half] of positions[row] * frequencies[column], taken in float64 and rounded once; `dtype` is
 * SHARDRT_F32 or SHARDRT_F64. */
void shardrt_rope_table(shardrt_rank *rank, const int32_t *positions, const double *frequencies, void *cosines,
                        void *sines, int64_t rows, int64_t half, int64_t dtype);

/** dweight[v, :] = sum of dout[r, :] over the rows r with indices[r] == v, in row order; negative indices count
 * nowhere. dweight is of float32 where `dtype` is SHARDRT_BF16. */
void shardrt_embedding_grad(shardrt_rank *rank, const void *dout, const int32_t *indices, void *dweight, int64_t rows,
                            int64_t vocabulary, int64_t width, int64_t dtype);

/* What follows is called by programs for GPUs alone: their sections start tasks on streams and return at once; pointers
 * are the device's. */

/** Begins task `task` of the section on stream `stream` of the manifest's `gpu.streams`, after the tasks `waits` of the
 * section. The calls that follow, up to shardrt_end_task, go to that stream. Returns 0 or an error's status. */
int32_t shardrt_begin_task(shardrt_rank *rank, int32_t task, int32_t stream, const int32_t *waits, int32_t num_waits);

/** Ends the task; `is_awaited` says whether a later task waits for it. */
int32_t shardrt_end_task(shardrt_rank *rank, int32_t task, int32_t is_awaited);

/** Launches function `function` of the manifest's `gpu.functions` with arguments of 8 bytes each: device pointers and
 * int64. */
int32_t shardrt_launch(shardrt_rank *rank, int32_t function, const uint64_t *arguments, int32_t num_arguments);

/** shardrt_gemm and more before c is written: adds bias [n] to each row, adds addend [m, n], which may be c itself.
 * Both are of `result_dtype`. Return 0 or an error's status. Equivalent to: cublasLtMatmul with CUBLASLT_EPILOGUE_BIAS,
 * with beta = 1. */
int32_t shardrt_gemm_bias(shardrt_rank *rank, const void *a, const void *b, const void *bias, void *c, int64_t m,
                          int64_t n, int64_t k, int64_t transpose_a, int64_t transpose_b, int64_t dtype,
                          int64_t result_dtype);
int32_t shardrt_gemm_add(shardrt_rank *rank, const void *a, const void *b, const void *addend, void *c, int64_t m,
                         int64_t n, int64_t k, int64_t transpose_a, int64_t transpose_b, int64_t dtype,
                         int64_t result_dtype);
int32_t shardrt_gemm_bias_add(shardrt_rank *rank, const void *a, const void *b, const void *bias, const void *addend,
                              void *c, int64_t m, int64_t n, int64_t k, int64_t transpose_a, int64_t transpose_b,
                              int64_t dtype, int64_t result_dtype);

#ifdef __cplusplus
} /* extern "C" */
static_assert(sizeof(shardrt_segment) == 40, "the compiler lays segments out as five int64");
static_assert(sizeof(shardrt_collective_desc) == 40, "six int32 and two pointers");
#endif
#endif /* SHARDRT_ABI_H */
