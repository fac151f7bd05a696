//===- GpuPackPartsTest.cpp - Wholes and their packed parts on a GPU ---------------------===//

#include "KernelRunner.h"
#include "cuda/PackParts.h"

#include <gtest/gtest.h>

using namespace shardrt;

namespace {

template <typename T> void packAndUnpack(int64_t ranks, int64_t outer, int64_t part, int64_t total) {
  cuda::PackShape shape{ranks, outer, part, total, sizeof(T)};
  std::vector<T> whole(static_cast<size_t>(outer * total)), packed(static_cast<size_t>(ranks * outer * part), T(7)),
      back;
  for (size_t i = 0; i < whole.size(); ++i)
    whole[i] = static_cast<T>(i + 1);
  std::vector<T> expected;
  for (int64_t rank = 0; rank < ranks; ++rank)
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t column = rank * part; column < (rank + 1) * part; ++column)
        expected.push_back(column < total ? whole[static_cast<size_t>(o * total + column)] : T(0));
  auto packing = createKernelRunner();
  packing->in(whole);
  packing->out(packed);
  cuda::packParts(*packing, shape, reinterpret_cast<const char *>(whole.data()),
                  reinterpret_cast<char *>(packed.data()));
  EXPECT_EQ(packed, expected) << ranks << " ranks, " << outer << " x " << part << " of " << total;
  back.resize(whole.size());
  auto unpacking = createKernelRunner();
  unpacking->in(packed);
  unpacking->out(back);
  cuda::unpackParts(*unpacking, shape, reinterpret_cast<const char *>(packed.data()),
                    reinterpret_cast<char *>(back.data()));
  EXPECT_EQ(back, whole) << ranks << " ranks, " << outer << " x " << part << " of " << total;
}

TEST(GpuPackPartsTest, MovesEveryLayoutThereAndBack) {
  if (!cuda::findKernelImage("PackParts"))
    GTEST_SKIP() << "the runtime was built without GPU kernels";
  struct {
    int64_t ranks, outer, part, total;
  } shapes[] = {{1, 1, 8, 8},   {2, 1, 5, 9},     {4, 1, 3, 10}, {3, 7, 4, 12},
                {4, 3, 16, 50}, {2, 40, 64, 128}, {5, 2, 2, 3},  {2, 3, 0, 0}};
  for (const auto &shape : shapes) {
    packAndUnpack<float>(shape.ranks, shape.outer, shape.part, shape.total);
    packAndUnpack<double>(shape.ranks, shape.outer, shape.part, shape.total);
    packAndUnpack<uint16_t>(shape.ranks, shape.outer, shape.part, shape.total);
  }
}

} // namespace
