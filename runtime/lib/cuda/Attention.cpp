//===- Attention.cpp - Launches of attention and its gradient ---------------------===//

#include "cuda/KernelArguments.h"
#include "cuda/kernels/AttentionTiles.h"

#include <algorithm>

using namespace shardrt;
using namespace shardrt::cuda;

/// The sizes of heads that kernels are compiled for; a smaller head is filled up with zeros.
static constexpr int heads[] = {16, 32, 64, 80, 96, 128, 256};

static AttentionTiles chooseTiles(const AttentionShape &shape, shardrt_dtype dtype, const char *call) {
  expectFloat32(call, dtype);
  auto head = std::lower_bound(std::begin(heads), std::end(heads), shape.dim);
  if (head == std::end(heads))
    fail(Exit::NoDevice, "{} is built for heads of up to {} elements on GPUs, the program's have {}", call, *(head - 1),
         shape.dim);
  return AttentionTiles(*head);
}

/// Returns the blocks for all rows of `heads` heads.
static int64_t countBlocks(const AttentionTiles &tiles, int64_t rows, int64_t heads, int64_t batch) {
  return (rows + tiles.rows - 1) / tiles.rows * heads * batch;
}

void cuda::attention(KernelLauncher &launcher, const AttentionTensors &tensors, const AttentionShape &shape,
                     shardrt_dtype dtype) {
  AttentionTiles tiles = chooseTiles(shape, dtype, "shardrt_attention");
  launchKernel(launcher, fmt::format("Attention{}", tiles.head), "attention",
               countBlocks(tiles, shape.qLen, shape.heads, shape.batch), tiles.threads, tiles.sharedBytes(1), tensors.q,
               tensors.k, tensors.v, tensors.qPositions, tensors.kPositions, tensors.out, tensors.lse, shape.batch, shape.qLen,
               shape.kLen, shape.heads, shape.kvHeads, shape.dim, int64_t(shape.causal), shape.window, shape.scale);
}

void cuda::attentionGrad(KernelLauncher &launcher, const AttentionTensors &tensors, const AttentionGradients &gradients,
                         const AttentionShape &shape, shardrt_dtype dtype) {
  AttentionTiles tiles = chooseTiles(shape, dtype, "shardrt_attention_grad");
  std::string image = fmt::format("AttentionGrad{}", tiles.head);
  int64_t all = shape.batch * shape.qLen * shape.heads;
  launchKernel(launcher, image, "attention_delta", (all + tiles.side - 1) / tiles.side, tiles.threads, 0, gradients.dout,
               tensors.out, tensors.workspace, all, shape.dim);
  launchKernel(launcher, image, "attention_grad_queries", countBlocks(tiles, shape.qLen, shape.heads, shape.batch),
               tiles.threads, tiles.sharedBytes(2), gradients.dout, tensors.q, tensors.k, tensors.v, tensors.qPositions,
               tensors.kPositions, tensors.lse, tensors.workspace, gradients.dq, shape.batch, shape.qLen, shape.kLen,
               shape.heads, shape.kvHeads, shape.dim, int64_t(shape.causal), shape.window, shape.scale);
  launchKernel(launcher, image, "attention_grad_keys", countBlocks(tiles, shape.kLen, shape.kvHeads, shape.batch),
               tiles.threads, tiles.sharedBytes(2), gradients.dout, tensors.q, tensors.k, tensors.v, tensors.qPositions,
               tensors.kPositions, tensors.lse, tensors.workspace, gradients.dk, gradients.dv, shape.batch, shape.qLen,
               shape.kLen, shape.heads, shape.kvHeads, shape.dim, int64_t(shape.causal), shape.window, shape.scale);
}
