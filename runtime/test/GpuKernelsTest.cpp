//===- GpuKernelsTest.cpp - The runtime's own GPU kernels against the CPU's calls ------===//

#include "AttentionProblem.h"
#include "KernelRunner.h"
#include "cuda/Kernels.h"
#include "cuda/kernels/EmbeddingGradTiles.h"
#include "program/Error.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace shardrt;

namespace {

class GpuKernelTest : public ::testing::Test {
protected:
  void SetUp() override {
    if (!cuda::findKernelImage("EmbeddingGrad"))
      GTEST_SKIP() << "the runtime was built without GPU kernels";
  }
};

/// Returns the greatest difference, relative to the greatest magnitude or 1.
double worst(const std::vector<float> &values, const std::vector<float> &expected) {
  double error = 0, magnitude = 1;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == expected[i] || (std::isnan(values[i]) && std::isnan(expected[i])))
      continue;
    double difference = std::abs(double(values[i]) - double(expected[i]));
    error = difference <= error ? error : difference;
    magnitude = std::max(magnitude, std::abs(double(expected[i])));
  }
  return error / magnitude;
}

using Problem = AttentionProblem<float>;

/// Returns how many instructions the threads execute.
int64_t forward(Problem &problem) {
  auto launcher = createKernelRunner();
  for (auto *values : {&problem.q, &problem.k, &problem.v})
    launcher->in(*values);
  for (auto *values : {&problem.qPositions, &problem.kPositions})
    launcher->in(*values);
  for (auto *values : {&problem.out, &problem.lse})
    launcher->out(*values);
  AttentionTensors tensors = problem.tensors();
  tensors.workspace = nullptr;
  cuda::attention(*launcher, tensors, problem.shape, SHARDRT_F32);
  return launcher->instructions;
}

void backward(Problem &problem) {
  const AttentionShape &shape = problem.shape;
  problem.workspace.assign(SHARDRT_ATTENTION_OWN_CUDA(shape.batch, shape.qLen, shape.heads) / sizeof(float), 7);
  auto launcher = createKernelRunner();
  for (auto *values : {&problem.dout, &problem.q, &problem.k, &problem.v, &problem.out, &problem.lse})
    launcher->in(*values);
  for (auto *values : {&problem.qPositions, &problem.kPositions})
    launcher->in(*values);
  for (auto *values : {&problem.dq, &problem.dk, &problem.dv, &problem.workspace})
    launcher->out(*values);
  cuda::attentionGrad(*launcher, problem.tensors(), problem.gradients(), shape, SHARDRT_F32);
}

void expectLikeCpu(Problem problem) {
  Problem expected = problem;
  expected.forward();
  forward(problem);
  EXPECT_LE(worst(problem.out, expected.out), 2e-6);
  EXPECT_LE(worst(problem.lse, expected.lse), 1e-6);
  expected.backward();
  backward(problem);
  EXPECT_LE(worst(problem.dq, expected.dq), 3e-6);
  EXPECT_LE(worst(problem.dk, expected.dk), 3e-6);
  EXPECT_LE(worst(problem.dv, expected.dv), 3e-6);
}

class GpuAttentionTest : public GpuKernelTest, public ::testing::WithParamInterface<AttentionCase> {};

TEST_P(GpuAttentionTest, IsThatOfTheCpu) {
  expectLikeCpu(Problem(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Shapes, GpuAttentionTest,
                         ::testing::Values(AttentionCase{"Small", 1, 5, 5, 1, 1, 4, true, 0, 1},
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
                                           AttentionCase{"Head32", 1, 70, 70, 1, 1, 32, true, 0, 1},
                                           AttentionCase{"Head50", 1, 70, 70, 1, 1, 50, true, 0, 1},
                                           AttentionCase{"Head64", 1, 70, 70, 2, 1, 64, true, 0, 1},
                                           AttentionCase{"Head80", 1, 70, 70, 1, 1, 80, true, 0, 1},
                                           AttentionCase{"Head96", 1, 70, 70, 1, 1, 96, true, 0, 1},
                                           AttentionCase{"Head128", 1, 70, 70, 2, 1, 128, true, 0, 1},
                                           AttentionCase{"Head256", 1, 50, 40, 2, 1, 256, false, 0, 1}),
                         [](const auto &info) { return info.param.name; });

using GpuAttentionEdgeTest = GpuKernelTest;

TEST_F(GpuAttentionEdgeTest, PositionsWithAnOffset) {
  Problem problem(AttentionCase{"", 1, 70, 140, 2, 1, 8, true, 90, 1});
  for (int32_t &position : problem.qPositions)
    position += 70;
  expectLikeCpu(problem);
}

TEST_F(GpuAttentionEdgeTest, PositionsAtTheEndsOfTheirType) {
  Problem problem(AttentionCase{"", 1, 20, 20, 1, 1, 8, true, 10, 1});
  for (auto *positions : {&problem.qPositions, &problem.kPositions})
    for (size_t i = 0; i < positions->size(); ++i)
      (*positions)[i] = i < 10 ? INT32_MIN + int32_t(i) : INT32_MAX - 20 + int32_t(i);
  expectLikeCpu(problem);
}

TEST_F(GpuAttentionEdgeTest, QueryThatSeesNothingGivesZeros) {
  Problem problem(AttentionCase{"", 1, 3, 4, 1, 1, 2, true, 0, 1});
  problem.qPositions = {-1, 0, 1};
  expectLikeCpu(problem);
  forward(problem);
  EXPECT_EQ(problem.out[0], 0);
  EXPECT_EQ(problem.lse[0], -INFINITY);
}

TEST_F(GpuAttentionEdgeTest, NotANumberStaysOne) {
  for (size_t at : {0, 3}) {
    Problem problem(AttentionCase{"", 1, 20, 20, 1, 1, 2, true, 0, 1});
    problem.k[at] = NAN;
    forward(problem);
    EXPECT_TRUE(std::isnan(problem.out.back()));
    EXPECT_TRUE(std::isnan(problem.lse.back()));
  }
}

TEST_F(GpuAttentionEdgeTest, LargeScoresDoNotOverflow) {
  Problem problem(AttentionCase{"", 1, 70, 70, 1, 1, 4, true, 0, 1});
  for (float &x : problem.q)
    x *= 1000;
  forward(problem);
  for (float x : problem.out)
    EXPECT_TRUE(std::isfinite(x));
}

TEST_F(GpuAttentionEdgeTest, KeysThatNobodySeesCostLittle) {
  if (runsOnGpu())
    GTEST_SKIP() << "a GPU does not count instructions";
  Problem near(AttentionCase{"", 1, 640, 640, 1, 1, 16, true, 64, 1}),
      all(AttentionCase{"", 1, 640, 640, 1, 1, 16, false, 0, 1});
  EXPECT_LE(2 * forward(near), forward(all));
}

TEST_F(GpuAttentionEdgeTest, TheSameBitsEveryTime) {
  AttentionCase grouped{"", 1, 100, 100, 4, 1, 16, true, 0, 1};
  Problem first(grouped), second(grouped);
  for (Problem *problem : {&first, &second}) {
    forward(*problem);
    backward(*problem);
  }
  EXPECT_EQ(first.dk, second.dk);
  EXPECT_EQ(first.dv, second.dv);
}

void expectRefusal(const AttentionCase &shape, shardrt_dtype dtype, const std::string &sentence) {
  Problem problem(shape);
  auto launcher = createKernelRunner();
  try {
    cuda::attention(*launcher, problem.tensors(), problem.shape, dtype);
    ADD_FAILURE() << "nothing is refused";
  } catch (const Error &error) {
    EXPECT_EQ(error.what(), sentence);
    EXPECT_EQ(error.exit, Exit::NoDevice);
  }
}

TEST_F(GpuAttentionEdgeTest, RefusesWhatNoKernelIsBuiltFor) {
  expectRefusal({"", 1, 1, 1, 1, 1, 257, true, 0, 1}, SHARDRT_F32,
                "shardrt_attention is built for heads of up to 256 elements on GPUs, the program's have 257");
  expectRefusal({"", 1, 1, 1, 1, 1, 16, true, 0, 1}, SHARDRT_F64,
                "shardrt_attention is built for float32 and bfloat16 on GPUs, the program calls it with float64: set "
                "precision.param_dtype to one of them");
}

TEST_F(GpuAttentionEdgeTest, NothingToDoIsNoLaunch) {
  Problem problem(AttentionCase{"", 0, 5, 5, 1, 1, 4, true, 0, 1});
  auto launcher = createKernelRunner();
  cuda::attention(*launcher, problem.tensors(), problem.shape, SHARDRT_F32);
  cuda::attentionGrad(*launcher, problem.tensors(), problem.gradients(), problem.shape, SHARDRT_F32);
  EXPECT_EQ(launcher->launches, 0);
}

class GpuEmbeddingGradTest : public GpuKernelTest {
protected:
  /// Compares with the CPU's bits, in float32 and bfloat16: both add the rows of an index in their order, in float32.
  void expectLikeCpu(const std::vector<int32_t> &indices, int64_t vocabulary, int64_t width) {
    expectLikeCpu<float>(indices, vocabulary, width, SHARDRT_F32);
    expectLikeCpu<BFloat16>(indices, vocabulary, width, SHARDRT_BF16);
  }
  template <typename T>
  void expectLikeCpu(const std::vector<int32_t> &indices, int64_t vocabulary, int64_t width, shardrt_dtype dtype) {
    auto rows = static_cast<int64_t>(indices.size());
    std::mt19937 random(1);
    std::vector<T> dout(static_cast<size_t>(rows * width));
    std::vector<float> expected(static_cast<size_t>(vocabulary * width), 7.0f), dweight = expected;
    for (T &x : dout)
      x = T(std::normal_distribution<float>()(random));
    EmbeddingGradTask task{dout.data(), indices.data(), expected.data(), rows, vocabulary, width, dtype};
    ASSERT_EQ(cpu::run(task), 0);
    auto launcher = createKernelRunner();
    launcher->in(dout);
    launcher->in(indices);
    launcher->out(dweight);
    task.dweight = dweight.data();
    cuda::run(*launcher, task);
    EXPECT_EQ(dweight, expected);
  }
  static std::vector<int32_t> draw(int64_t rows, int32_t least, int32_t most) {
    std::mt19937 random(2);
    std::vector<int32_t> indices(static_cast<size_t>(rows));
    for (int32_t &index : indices)
      index = std::uniform_int_distribution<int32_t>(least, most)(random);
    return indices;
  }
};

TEST_F(GpuEmbeddingGradTest, SumsRowsByIndex) {
  expectLikeCpu(draw(300, 0, 49), 50, 12);
}
TEST_F(GpuEmbeddingGradTest, TilesOfSeveralRows) {
  expectLikeCpu(draw(1500, 0, 2999), 3000, 8);
}
TEST_F(GpuEmbeddingGradTest, WidthThatIsNoMultipleOfFour) {
  expectLikeCpu(draw(100, 0, 9), 10, 7);
}
TEST_F(GpuEmbeddingGradTest, SeveralTilesOfColumns) {
  expectLikeCpu(draw(40, 0, 4), 5, cuda::EmbeddingGradTiles::columns + 300);
  expectLikeCpu(draw(40, 0, 4), 5, cuda::EmbeddingGradTiles::columns + 301);
}
TEST_F(GpuEmbeddingGradTest, MoreRowsThanThereIsRoomFor) {
  expectLikeCpu(std::vector<int32_t>(2 * cuda::EmbeddingGradTiles::capacity + 100, 1), 3, 4);
}
TEST_F(GpuEmbeddingGradTest, IndicesThatCountNowhere) {
  expectLikeCpu(draw(200, -20, 40), 20, 4);
}
TEST_F(GpuEmbeddingGradTest, NoRowsGiveZeros) {
  expectLikeCpu({}, 10, 4);
}

TEST_F(GpuKernelTest, RopeTableIsThatOfTheCpu) {
  std::vector<int32_t> positions{0, 1, 2, 3, 100, 4095, 131071, 1000003, -5};
  std::vector<double> frequencies{1, 0.7, 0.1, 1e-3, 1.5707963267948966};
  auto rows = int64_t(positions.size()), half = int64_t(frequencies.size());
  std::vector<float> cosines(size_t(rows * half)), sines(cosines), expectedCosines(cosines), expectedSines(cosines);
  RopeTableTask task{positions.data(), frequencies.data(), expectedCosines.data(), expectedSines.data(), rows, half,
                     SHARDRT_F32};
  ASSERT_EQ(cpu::run(task), 0);
  auto launcher = createKernelRunner();
  launcher->in(positions);
  launcher->in(frequencies);
  launcher->out(cosines);
  launcher->out(sines);
  task.cosines = cosines.data();
  task.sines = sines.data();
  cuda::run(*launcher, task);
  for (size_t i = 0; i < cosines.size(); ++i) {
    EXPECT_NEAR(cosines[i], expectedCosines[i], 1e-7);
    EXPECT_NEAR(sines[i], expectedSines[i], 1e-7);
  }
}

#ifdef PTXAS
/// CUDA's own assembler takes the kernels, and they have next to no values that registers have no room for.
TEST_F(GpuKernelTest, AssembleWithHardlyASpill) {
  std::vector<std::pair<std::string, int>> images{{"Collectives", 0},
                                                  {"EmbeddingGrad", 0}}; // and how many bytes may spill
  for (const std::string head : {"16", "32", "64", "80", "96", "128", "256"})
    images.insert(images.end(), {{"Attention" + head, 64},
                                 {"AttentionGrad" + head, 64},
                                 {"Bf16Attention" + head, 0},
                                 {"Bf16AttentionGrad" + head, 0}});
  for (const auto &[image, mostSpilled] : images) {
    std::string path = ::testing::TempDir() + image + "." + std::to_string(getpid()) + ".ptx";
    std::ofstream(path) << cuda::findKernelImage(image);
    FILE *pipe = popen((PTXAS " -v -arch=sm_90 -o /dev/null " + path + " 2>&1").c_str(), "r");
    std::string text;
    for (char line[512]; fgets(line, sizeof line, pipe);) {
      text += line;
      int stack = 0, stores = 0;
      if (sscanf(line, " %d bytes stack frame, %d bytes spill stores", &stack, &stores) == 2)
        EXPECT_LE(stores, mostSpilled) << image << ": " << line;
    }
    EXPECT_EQ(pclose(pipe), 0) << text;
    EXPECT_NE(text.find("spill stores"), std::string::npos) << text;
    std::remove(path.c_str());
  }
}
#endif

} // namespace
