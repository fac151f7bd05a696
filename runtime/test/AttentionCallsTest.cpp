//===- AttentionCallsTest.cpp - Who computes attention on a GPU ----------------------===//

#include "cuda/AttentionCalls.h"
#include "program/Error.h"

#include <gtest/gtest.h>

using namespace shardrt;
using namespace shardrt::cuda;

namespace {

/// Writes down what runs.
struct Log : KernelLauncher {
  std::vector<std::string> lines;
  void launch(const KernelLaunch &launch) override { lines.push_back(launch.function); }
};

class LoggedPlan final : public CudnnPlan {
public:
  LoggedPlan(Log &log, std::string name, int64_t workspaceBytes)
      : log(log), name(std::move(name)), workspaceBytes(workspaceBytes) {}
  int64_t getWorkspaceBytes() const override { return workspaceBytes; }
  std::string getName() const override { return name; }
  void run(const AttentionTensors &, const AttentionGradients *gradients, CUstream_st *) override {
    log.lines.push_back("cuDNN " + name + (gradients ? " of gradients" : ""));
  }

private:
  Log &log;
  std::string name;
  int64_t workspaceBytes;
};

/// Takes heads of up to 128 elements.
class LoggedCudnn final : public Cudnn {
public:
  LoggedCudnn(Log &log, int64_t workspaceBytes) : log(log), workspaceBytes(workspaceBytes) {}
  std::string getVersion() const override { return "9.0.1"; }
  std::unique_ptr<CudnnPlan> planForward(const AttentionShape &shape) override { return plan(shape, "forward"); }
  std::unique_ptr<CudnnPlan> planGradient(const AttentionShape &shape) override { return plan(shape, "backward"); }

private:
  Log &log;
  int64_t workspaceBytes;

  std::unique_ptr<CudnnPlan> plan(const AttentionShape &shape, const char *name) {
    log.lines.push_back("plan");
    if (shape.dim > 128)
      fail(Exit::NoDevice, "no engine");
    return std::make_unique<LoggedPlan>(log, name, workspaceBytes);
  }
};

constexpr AttentionShape shape{2, 100, 100, 4, 2, 64, true, 0, 0.125};

struct AttentionCallsTest : ::testing::Test {
  Log log;
  int64_t workspaceBytes = 256;
  int timesOpened = 0;
  AttentionCalls calls{[this]() -> std::unique_ptr<Cudnn> {
    ++timesOpened;
    return std::make_unique<LoggedCudnn>(log, workspaceBytes);
  }};

  /// Runs a call once more; returns what ran.
  std::vector<std::string> run(const AttentionCall &call) {
    AttentionGradients gradients{};
    calls.run(call, {}, nullptr, log, nullptr); // makes the plan
    log.lines.clear();
    calls.run(call, {}, call.isGradient ? &gradients : nullptr, log, nullptr);
    return std::exchange(log.lines, {});
  }
};

using Lines = std::vector<std::string>;

TEST_F(AttentionCallsTest, CudnnTakesBfloat16InOrder) {
  EXPECT_EQ(run({false, true, SHARDRT_BF16, shape}), Lines{"cuDNN forward"});
  EXPECT_EQ(run({true, true, SHARDRT_BF16, shape}), Lines{"cuDNN backward of gradients"});
  EXPECT_EQ(timesOpened, 1);
}

TEST_F(AttentionCallsTest, OwnKernelsTakeTheRest) {
  EXPECT_EQ(run({false, true, SHARDRT_F32, shape}), Lines{"attention"});
  EXPECT_EQ(run({false, false, SHARDRT_BF16, shape}), Lines{"attention_bf16"});
  EXPECT_EQ(run({true, false, SHARDRT_BF16, shape}),
            (Lines{"attention_bf16_delta", "attention_bf16_grad_queries", "attention_bf16_grad_keys"}));
  EXPECT_EQ(timesOpened, 0);
  AttentionShape wide = shape;
  wide.dim = 256;
  EXPECT_EQ(run({false, true, SHARDRT_BF16, wide}), Lines{"attention_bf16"});
}

TEST_F(AttentionCallsTest, PositionsMatterToCausalAttentionAlone) {
  AttentionShape full = shape;
  full.causal = false;
  EXPECT_EQ(run({false, false, SHARDRT_BF16, full}), Lines{"cuDNN forward"});
}

/// What the manifest says of a call in order, of one whose keys have other positions, and so on.
LibraryCall forward(std::vector<std::string> inputs, int64_t dtype = SHARDRT_BF16, int64_t dim = 64) {
  return {"shardrt_attention", std::move(inputs), {2, 100, 100, 4, 2, dim, 1, 0, dtype}, {0.125}};
}
const std::vector<std::string> inOrder{"", "", "", "positions", "positions"};

TEST_F(AttentionCallsTest, SaysWhatItChooses) {
  LibraryCall gradient = forward({"", "", "", "", "positions", "positions", "", ""});
  gradient.function = "shardrt_attention_grad";
  calls.prepare({{"shardrt_gemm", {}, {1}, {}}, forward(inOrder), gradient});
  EXPECT_EQ(calls.describe(), "attention of 2 x 100 queries, 4 heads of 64 by cuDNN 9.0.1 (forward); "
                              "gradient of 2 x 100 queries, 4 heads of 64 by cuDNN 9.0.1 (backward)");
  EXPECT_EQ(log.lines, (Lines{"plan", "plan"}));
  run({false, true, SHARDRT_BF16, shape});
  run({true, true, SHARDRT_BF16, shape});
  EXPECT_EQ(log.lines, Lines{}); // nothing is planned again
}

TEST_F(AttentionCallsTest, SaysWhyItDoesNotChooseCudnn) {
  auto reason = [&](const LibraryCall &call) {
    AttentionCalls fresh{[this] { return std::make_unique<LoggedCudnn>(log, workspaceBytes); }};
    fresh.prepare({call});
    std::string text = fresh.describe();
    return text.substr(text.find(" by ") + 4);
  };
  EXPECT_EQ(reason(forward(inOrder)), "cuDNN 9.0.1 (forward)");
  EXPECT_EQ(reason(forward(inOrder, SHARDRT_F32)), "own kernels (cuDNN takes bfloat16 alone)");
  EXPECT_EQ(reason(forward({"", "", "", "positions", ""})), "own kernels (cuDNN takes positions in order alone)");
  EXPECT_EQ(reason(forward(inOrder, SHARDRT_BF16, 200)), "own kernels (no engine)");
  workspaceBytes = 1 << 20;
  EXPECT_EQ(reason(forward(inOrder)), "own kernels (cuDNN needs 1.0 MiB of workspace, the program has 64.0 KiB)");
}

TEST_F(AttentionCallsTest, ARuntimeWithoutCudnnSaysSo) {
  AttentionCalls without{[]() -> std::unique_ptr<Cudnn> { fail(Exit::NoDevice, "there is none"); }};
  without.prepare({forward(inOrder)});
  EXPECT_EQ(without.describe(), "attention of 2 x 100 queries, 4 heads of 64 by own kernels (there is none)");
}

TEST(ReadAttentionCallTest, OtherCallsAreNone) {
  EXPECT_FALSE(readAttentionCall({"shardrt_gemm", {}, {1, 2, 3}, {}}));
  EXPECT_TRUE(readAttentionCall(forward(inOrder))->inOrder);
  EXPECT_THROW(readAttentionCall({"shardrt_attention", {}, {1, 2, 3}, {0.5}}), Error);
  LibraryCall moreKeys = forward(inOrder);
  moreKeys.integers[2] = 200;
  EXPECT_FALSE(readAttentionCall(moreKeys)->inOrder);
}

} // namespace
