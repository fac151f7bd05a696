//===- Attention.cpp - Launches of attention and its gradient ---------------------===//

#include "cuda/KernelArguments.h"
#include "cuda/kernels/AttentionTiles.h"
#include "cuda/kernels/Bf16AttentionTiles.h"

#include <algorithm>

using namespace shardrt;
using namespace shardrt::cuda;

/// The sizes of heads that kernels are compiled for; a smaller head is filled up with zeros.
static constexpr int heads[] = {16, 32, 64, 80, 96, 128, 256};

static int chooseHead(const AttentionShape &shape, shardrt_dtype dtype, const char *call) {
  expectFloat32OrBfloat16(call, dtype);
  auto head = std::lower_bound(std::begin(heads), std::end(heads), shape.dim);
  if (head == std::end(heads))
    fail(Exit::NoDevice, "{} is built for heads of up to {} elements on GPUs, the program's have {}", call, *(head - 1),
         shape.dim);
  return *head;
}

namespace {

/// How a kernel is spread: a block has some rows of one head.
struct Spread {
  int rows, threads, sharedBytes;

  Spread(const AttentionTiles &tiles, int residents)
      : rows(tiles.rows), threads(tiles.threads), sharedBytes(tiles.sharedBytes(residents)) {}
  explicit Spread(const Bf16AttentionTiles &tiles)
      : rows(tiles.rows()), threads(tiles.threads), sharedBytes(tiles.sharedBytes()) {}

  /// Returns the blocks for all rows of `heads` heads.
  int64_t countBlocks(int64_t length, int64_t heads, int64_t batch) const {
    return (length + rows - 1) / rows * heads * batch;
  }
};

/// The kernels of one type and size of heads.
struct AttentionKernels {
  std::string forwardImage, gradImage;
  const char *forward, *delta, *gradQueries, *gradKeys;
  Spread ofForward, ofGradQueries, ofGradKeys;
  int deltaThreads, rowsPerDeltaBlock;
};

} // namespace

static AttentionKernels chooseKernels(const AttentionShape &shape, shardrt_dtype dtype, const char *call) {
  int head = chooseHead(shape, dtype, call);
  if (dtype == SHARDRT_BF16)
    return {fmt::format("Bf16Attention{}", head),
            fmt::format("Bf16AttentionGrad{}", head),
            "attention_bf16",
            "attention_bf16_delta",
            "attention_bf16_grad_queries",
            "attention_bf16_grad_keys",
            Spread(forwardTiles(head)),
            Spread(gradQueriesTiles(head)),
            Spread(gradKeysTiles(head)),
            Bf16AttentionTiles::threads,
            Bf16AttentionTiles::threads / Bf16AttentionTiles::threadsOfDelta};
  AttentionTiles tiles(head);
  return {fmt::format("Attention{}", head),
          fmt::format("AttentionGrad{}", head),
          "attention",
          "attention_delta",
          "attention_grad_queries",
          "attention_grad_keys",
          Spread(tiles, 1),
          Spread(tiles, 2),
          Spread(tiles, 2),
          tiles.threads,
          tiles.side};
}

void cuda::attention(KernelLauncher &launcher, const AttentionTensors &tensors, const AttentionShape &shape,
                     shardrt_dtype dtype) {
  AttentionKernels kernels = chooseKernels(shape, dtype, "shardrt_attention");
  const Spread &spread = kernels.ofForward;
  launchKernel(launcher, kernels.forwardImage, kernels.forward,
               spread.countBlocks(shape.qLen, shape.heads, shape.batch), spread.threads, spread.sharedBytes, tensors.q,
               tensors.k, tensors.v, tensors.qPositions, tensors.kPositions, tensors.out, tensors.lse, shape.batch,
               shape.qLen, shape.kLen, shape.heads, shape.kvHeads, shape.dim, int64_t(shape.causal), shape.window,
               shape.scale);
}

void cuda::attentionGrad(KernelLauncher &launcher, const AttentionTensors &tensors, const AttentionGradients &gradients,
                         const AttentionShape &shape, shardrt_dtype dtype) {
  AttentionKernels kernels = chooseKernels(shape, dtype, "shardrt_attention_grad");
  const std::string &image = kernels.gradImage;
  int64_t all = shape.batch * shape.qLen * shape.heads;
  launchKernel(launcher, image, kernels.delta, (all + kernels.rowsPerDeltaBlock - 1) / kernels.rowsPerDeltaBlock,
               kernels.deltaThreads, 0, gradients.dout, tensors.out, tensors.workspace, all, shape.qLen, shape.heads,
               shape.dim);
  const Spread &ofQueries = kernels.ofGradQueries, &ofKeys = kernels.ofGradKeys;
  launchKernel(launcher, image, kernels.gradQueries, ofQueries.countBlocks(shape.qLen, shape.heads, shape.batch),
               ofQueries.threads, ofQueries.sharedBytes, gradients.dout, tensors.q, tensors.k, tensors.v,
               tensors.qPositions, tensors.kPositions, tensors.lse, tensors.workspace, gradients.dq, shape.batch,
               shape.qLen, shape.kLen, shape.heads, shape.kvHeads, shape.dim, int64_t(shape.causal), shape.window,
               shape.scale);
  launchKernel(launcher, image, kernels.gradKeys, ofKeys.countBlocks(shape.kLen, shape.kvHeads, shape.batch),
               ofKeys.threads, ofKeys.sharedBytes, gradients.dout, tensors.q, tensors.k, tensors.v, tensors.qPositions,
               tensors.kPositions, tensors.lse, tensors.workspace, gradients.dk, gradients.dv, shape.batch, shape.qLen,
               shape.kLen, shape.heads, shape.kvHeads, shape.dim, int64_t(shape.causal), shape.window, shape.scale);
}
