//===- EmbeddingGrad.cpp - The launch of an embedding's gradient ------------------===//

#include "cuda/KernelArguments.h"
#include "cuda/kernels/EmbeddingGradTiles.h"

#include <algorithm>

using namespace shardrt;
using namespace shardrt::cuda;

/// Enough to fill a large GPU; a block that has more rows looks at the indices for more of them at once.
static constexpr int64_t wantedBlocks = 1024;

void cuda::run(KernelLauncher &launcher, const EmbeddingGradTask &task) {
  using Tiles = EmbeddingGradTiles;
  expectFloat32OrBfloat16("shardrt_embedding_grad", task.dtype);
  int64_t columnTiles = (task.width + Tiles::columns - 1) / Tiles::columns;
  int64_t tile = std::clamp<int64_t>(task.vocabulary * columnTiles / wantedBlocks, 1, Tiles::mostRows);
  launchKernel(launcher, "EmbeddingGrad", task.dtype == SHARDRT_BF16 ? "embedding_grad_bf16" : "embedding_grad",
               (task.vocabulary + tile - 1) / tile * columnTiles, Tiles::threads, 0, task.dout, task.indices,
               task.dweight, task.rows, task.vocabulary, task.width, tile);
}
