//===- EmbeddingGrad.cpp - The launch of an embedding's gradient ------------------===//

#include "cuda/KernelArguments.h"
#include "cuda/kernels/EmbeddingGradTiles.h"

#include <algorithm>

using namespace shardrt;
using namespace shardrt::cuda;

/// Enough to fill a large GPU; a block that has more rows looks at the indices for more of them at once.
static constexpr int64_t wantedBlocks = 1024;

void cuda::embeddingGrad(KernelLauncher &launcher, const void *dout, const int32_t *indices, void *dweight,
                         int64_t rows, int64_t vocabulary, int64_t width, shardrt_dtype dtype) {
  using Tiles = EmbeddingGradTiles;
  expectFloat32OrBfloat16("shardrt_embedding_grad", dtype);
  int64_t columnTiles = (width + Tiles::columns - 1) / Tiles::columns;
  int64_t tile = std::clamp<int64_t>(vocabulary * columnTiles / wantedBlocks, 1, Tiles::mostRows);
  launchKernel(launcher, "EmbeddingGrad", dtype == SHARDRT_BF16 ? "embedding_grad_bf16" : "embedding_grad",
               (vocabulary + tile - 1) / tile * columnTiles, Tiles::threads, 0, dout, indices, dweight, rows,
               vocabulary, width, tile);
}
