//===- GpuBf16AttentionTest.cpp - Attention in bfloat16 on a GPU against the CPU's ------===//
//
// The CPU computes in float32 and rounds results once. The GPU rounds weights and gradients of scores too, before the
// products that take them: an error of 2^-9 each, of which the sums over keys or queries keep little.
//
//===------------------------------------------------------------------------------------===//

#include "AttentionProblem.h"
#include "KernelRunner.h"
#include "cuda/Cudnn.h"
#include "cuda/kernels/Bf16AttentionTiles.h"
#include "program/Error.h"

#include <gtest/gtest.h>

using namespace shardrt;

namespace {

using Problem = AttentionProblem<BFloat16>;

/// Checks the root of the mean square of differences, relative to that of what is expected or 1; and that none of them
/// is larger than `largest` times it.
template <typename T>
void expectNear(const char *name, const std::vector<T> &values, const std::vector<T> &expected, double least = 3e-3) {
  constexpr double largest = 12;
  double squares = 0, magnitudes = 0, worst = 0;
  auto count = static_cast<double>(std::max<size_t>(values.size(), 1));
  for (size_t i = 0; i < values.size(); ++i) {
    double value = values[i], wanted = expected[i];
    if (value == wanted && std::isinf(value))
      continue;
    double difference = std::abs(value - wanted);
    squares += difference * difference;
    magnitudes += wanted * wanted;
    worst = difference <= worst ? worst : difference;
  }
  double scale = std::max(1.0, std::sqrt(magnitudes / count));
  EXPECT_LE(std::sqrt(squares / count), least * scale) << name;
  EXPECT_LE(worst, largest * least * scale) << name;
}

void forward(Problem &problem) {
  auto runner = createKernelRunner();
  for (auto *values : {&problem.q, &problem.k, &problem.v})
    runner->in(*values);
  for (auto *values : {&problem.qPositions, &problem.kPositions})
    runner->in(*values);
  runner->out(problem.out);
  runner->out(problem.lse);
  AttentionTensors tensors = problem.tensors();
  tensors.workspace = nullptr;
  cuda::attention(*runner, tensors, problem.shape, SHARDRT_BF16);
}

void backward(Problem &problem) {
  const AttentionShape &shape = problem.shape;
  std::vector<float> delta(
      static_cast<size_t>(SHARDRT_ATTENTION_OWN_CUDA(shape.batch, shape.qLen, shape.heads)) / sizeof(float), 7.0f);
  auto runner = createKernelRunner();
  for (auto *values : {&problem.dout, &problem.q, &problem.k, &problem.v, &problem.out})
    runner->in(*values);
  runner->in(problem.lse);
  for (auto *values : {&problem.qPositions, &problem.kPositions})
    runner->in(*values);
  for (auto *values : {&problem.dq, &problem.dk, &problem.dv})
    runner->out(*values);
  runner->out(delta);
  AttentionTensors tensors = problem.tensors();
  tensors.workspace = delta.data();
  cuda::attentionGrad(*runner, tensors, problem.gradients(), shape, SHARDRT_BF16);
}

void expectLikeCpu(Problem problem) {
  Problem expected = problem;
  expected.forward();
  forward(problem);
  expectNear("out", problem.out, expected.out);
  expectNear("lse", problem.lse, expected.lse, 1e-6);
  expected.backward();
  backward(problem);
  expectNear("dq", problem.dq, expected.dq);
  expectNear("dk", problem.dk, expected.dk);
  expectNear("dv", problem.dv, expected.dv);
}

class GpuBf16AttentionEdgeTest : public ::testing::Test {
protected:
  void SetUp() override {
    if (!cuda::findKernelImage("Bf16Attention16"))
      GTEST_SKIP() << "the runtime was built without GPU kernels";
  }
};

class GpuBf16AttentionTest : public GpuBf16AttentionEdgeTest, public ::testing::WithParamInterface<AttentionCase> {};

TEST_P(GpuBf16AttentionTest, IsThatOfTheCpu) {
  expectLikeCpu(Problem(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Shapes, GpuBf16AttentionTest,
                         ::testing::Values(AttentionCase{"Small", 1, 5, 5, 1, 1, 8, true, 0, 1},
                                           AttentionCase{"OneTile", 2, 64, 64, 2, 2, 16, true, 0, 1},
                                           AttentionCase{"Uneven", 2, 150, 150, 2, 2, 24, true, 0, 1},
                                           AttentionCase{"Grouped", 2, 100, 100, 6, 2, 8, true, 0, 1},
                                           AttentionCase{"Window", 1, 200, 200, 2, 1, 8, true, 37, 1},
                                           AttentionCase{"WindowOfOne", 1, 70, 70, 1, 1, 8, true, 1, 1},
                                           AttentionCase{"Full", 1, 70, 130, 2, 1, 8, false, 0, 1},
                                           AttentionCase{"Shuffled", 2, 140, 140, 2, 1, 8, true, 0, 0},
                                           AttentionCase{"ShuffledWindow", 1, 140, 140, 2, 2, 8, true, 20, 0},
                                           AttentionCase{"Spread", 1, 90, 90, 1, 1, 8, true, 50, 3},
                                           AttentionCase{"FewQueries", 1, 3, 130, 2, 1, 8, true, 0, 7},
                                           AttentionCase{"MoreKeysAhead", 1, 100, 300, 2, 2, 8, true, 0, 1},
                                           AttentionCase{"OddHead", 1, 70, 70, 2, 1, 7, true, 0, 1},
                                           AttentionCase{"EvenHead", 1, 70, 70, 2, 1, 18, true, 0, 1},
                                           AttentionCase{"Head32", 1, 70, 70, 1, 1, 32, true, 0, 1},
                                           AttentionCase{"Head50", 1, 70, 70, 1, 1, 50, true, 0, 1},
                                           AttentionCase{"Head64", 1, 200, 200, 4, 2, 64, true, 0, 1},
                                           AttentionCase{"Head72", 1, 70, 70, 1, 1, 72, true, 0, 1},
                                           AttentionCase{"Head80", 1, 70, 70, 1, 1, 80, true, 0, 1},
                                           AttentionCase{"Head96", 1, 70, 70, 1, 1, 96, true, 0, 1},
                                           AttentionCase{"Head128", 1, 130, 130, 2, 1, 128, true, 0, 1},
                                           AttentionCase{"Head256", 1, 70, 40, 2, 1, 256, false, 0, 1},
                                           AttentionCase{"Head200", 1, 50, 70, 2, 1, 200, true, 0, 1}),
                         [](const auto &info) { return info.param.name; });

TEST_F(GpuBf16AttentionEdgeTest, PositionsAtTheEndsOfTheirType) {
  Problem problem(AttentionCase{"", 1, 20, 20, 1, 1, 8, true, 10, 1});
  for (auto *positions : {&problem.qPositions, &problem.kPositions})
    for (size_t i = 0; i < positions->size(); ++i)
      (*positions)[i] = i < 10 ? INT32_MIN + int32_t(i) : INT32_MAX - 20 + int32_t(i);
  expectLikeCpu(problem);
}

TEST_F(GpuBf16AttentionEdgeTest, QueryThatSeesNothingGivesZeros) {
  Problem problem(AttentionCase{"", 1, 3, 4, 1, 1, 8, true, 0, 1});
  problem.qPositions = {-1, 0, 1};
  expectLikeCpu(problem);
  forward(problem);
  EXPECT_EQ(problem.out[0], 0);
  EXPECT_EQ(problem.lse[0], -INFINITY);
}

TEST_F(GpuBf16AttentionEdgeTest, NoQuerySeesAnything) {
  Problem problem(AttentionCase{"", 1, 70, 70, 2, 1, 16, true, 0, 1});
  for (int32_t &position : problem.qPositions)
    position = -1;
  forward(problem);
  backward(problem);
  for (auto *values : {&problem.out, &problem.dq, &problem.dk, &problem.dv})
    for (float x : *values)
      EXPECT_EQ(x, 0);
}

TEST_F(GpuBf16AttentionEdgeTest, NotANumberStaysOne) {
  for (size_t at : {0, 3}) {
    Problem problem(AttentionCase{"", 1, 20, 20, 1, 1, 8, true, 0, 1});
    problem.k[at] = BFloat16(NAN);
    forward(problem);
    EXPECT_TRUE(std::isnan(float(problem.out.back())));
    EXPECT_TRUE(std::isnan(problem.lse.back()));
  }
}

TEST_F(GpuBf16AttentionEdgeTest, LargeScoresDoNotOverflow) {
  Problem problem(AttentionCase{"", 1, 70, 70, 1, 1, 8, true, 0, 1});
  for (BFloat16 &x : problem.q)
    x = BFloat16(1000 * x);
  forward(problem);
  for (float x : problem.out)
    EXPECT_TRUE(std::isfinite(x));
}

TEST_F(GpuBf16AttentionEdgeTest, TheSameBitsEveryTime) {
  AttentionCase grouped{"", 1, 100, 100, 4, 1, 16, true, 0, 1};
  Problem first(grouped), second(grouped);
  for (Problem *problem : {&first, &second}) {
    forward(*problem);
    backward(*problem);
  }
  EXPECT_TRUE(std::ranges::equal(first.dk, second.dk));
  EXPECT_TRUE(std::ranges::equal(first.dv, second.dv));
}

/// cuDNN on a GPU, which has not been seen to compute anything but there.
class CudnnOnGpuTest : public ::testing::TestWithParam<AttentionCase> {
protected:
  void SetUp() override {
    if (!runsOnGpu())
      GTEST_SKIP() << "needs a GPU: call with --gpu";
    createKernelRunner(); // starts the GPU
    try {
      cudnn = cuda::openCudnn();
    } catch (const Error &error) {
      GTEST_SKIP() << error.what();
    }
  }

  void run(Problem &problem, bool isGradient) {
    std::unique_ptr<cuda::CudnnPlan> plan =
        isGradient ? cudnn->planGradient(problem.shape) : cudnn->planForward(problem.shape);
    std::vector<char> workspace(static_cast<size_t>(plan->getWorkspaceBytes() + 1));
    auto runner = createKernelRunner();
    for (auto *values : {&problem.q, &problem.k, &problem.v, &problem.dout})
      runner->in(*values);
    for (auto *values : {&problem.out, &problem.dq, &problem.dk, &problem.dv})
      runner->out(*values);
    runner->out(problem.lse);
    runner->out(workspace);
    runner->call([&](const KernelRunner::Translate &onGpu, CUstream_st *stream) {
      AttentionTensors tensors{
          onGpu(problem.q.data()),   onGpu(problem.k.data()),   onGpu(problem.v.data()), nullptr, nullptr,
          onGpu(problem.out.data()), onGpu(problem.lse.data()), onGpu(workspace.data())};
      AttentionGradients gradients{onGpu(problem.dout.data()), onGpu(problem.dq.data()), onGpu(problem.dk.data()),
                                   onGpu(problem.dv.data())};
      plan->run(tensors, isGradient ? &gradients : nullptr, stream);
    });
  }

  std::unique_ptr<cuda::Cudnn> cudnn;
};

TEST_P(CudnnOnGpuTest, IsThatOfTheCpu) {
  Problem problem(GetParam()), expected = problem;
  expected.forward();
  run(problem, false);
  expectNear("out", problem.out, expected.out);
  expectNear("lse", problem.lse, expected.lse, 1e-5);
  expected.backward();
  run(problem, true);
  expectNear("dq", problem.dq, expected.dq);
  expectNear("dk", problem.dk, expected.dk);
  expectNear("dv", problem.dv, expected.dv);
  Problem again = problem;
  run(again, true);
  EXPECT_TRUE(std::ranges::equal(again.dq, problem.dq));
  EXPECT_TRUE(std::ranges::equal(again.dk, problem.dk));
  EXPECT_TRUE(std::ranges::equal(again.dv, problem.dv));
}

INSTANTIATE_TEST_SUITE_P(Shapes, CudnnOnGpuTest,
                         ::testing::Values(AttentionCase{"Head64", 2, 512, 512, 4, 4, 64, true, 0, 1},
                                           AttentionCase{"Head64Grouped", 2, 300, 300, 6, 2, 64, true, 0, 1},
                                           AttentionCase{"Head128", 1, 512, 512, 4, 1, 128, true, 0, 1},
                                           AttentionCase{"Window", 2, 512, 512, 4, 2, 64, true, 100, 1},
                                           AttentionCase{"Full", 1, 256, 256, 2, 2, 128, false, 0, 1}),
                         [](const auto &info) { return info.param.name; });

/// Chips other than those of data centres give a block 99 KiB.
TEST(GpuBf16AttentionTilesTest, FitEveryGpu) {
  for (int head : {16, 32, 64, 80, 96, 128, 256})
    for (const cuda::Bf16AttentionTiles &tiles :
         {cuda::forwardTiles(head), cuda::gradQueriesTiles(head), cuda::gradKeysTiles(head)})
      EXPECT_LE(tiles.sharedBytes(), 99 << 10) << head;
}

} // namespace
