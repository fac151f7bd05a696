//===- AttentionCalls.cpp - Who computes attention on a GPU --------------------------===//

#include "cuda/AttentionCalls.h"
#include "program/Error.h"

using namespace shardrt;
using namespace shardrt::cuda;

std::optional<AttentionCall> cuda::readAttentionCall(const LibraryCall &call) {
  bool isGradient = call.function == "shardrt_attention_grad";
  if (!isGradient && call.function != "shardrt_attention")
    return std::nullopt;
  if (call.integers.size() != 9 || call.floats.size() != 1)
    fail(Exit::BadInput, "the manifest's call of {} has {} integers and {} floats, expected 9 and 1", call.function,
         call.integers.size(), call.floats.size());
  const std::vector<int64_t> &n = call.integers;
  AttentionShape shape{n[0], n[1], n[2], n[3], n[4], n[5], n[6] != 0, n[7], call.floats[0]};
  size_t queryPositions = isGradient ? 4 : 3; // among the pointers: behind q, k and v, and before them dout
  auto arePositions = [&](size_t pointer) {
    return pointer < call.inputs.size() && call.inputs[pointer] == "positions";
  };
  bool inOrder = shape.qLen == shape.kLen && arePositions(queryPositions) && arePositions(queryPositions + 1);
  return AttentionCall{isGradient, inOrder, static_cast<shardrt_dtype>(n[8]), shape};
}

static std::string describeCall(const AttentionCall &call) {
  const AttentionShape &s = call.shape;
  return fmt::format("{} of {} x {} queries, {} heads of {}", call.isGradient ? "gradient" : "attention", s.batch,
                     s.qLen, s.heads, s.dim);
}

void AttentionCalls::prepare(const std::vector<LibraryCall> &calls) {
  for (const LibraryCall &call : calls)
    if (std::optional<AttentionCall> attention = readAttentionCall(call)) {
      const Choice &choice = choose(*attention);
      std::string by = choice.plan ? fmt::format("cuDNN {} ({})", cudnn->getVersion(), choice.plan->getName())
                                   : fmt::format("own kernels ({})", choice.reason);
      description += fmt::format("{}{} by {}", description.empty() ? "" : "; ", describeCall(*attention), by);
    }
}

const AttentionCalls::Choice &AttentionCalls::choose(const AttentionCall &call) {
  auto [at, isNew] = choices.try_emplace(call);
  if (isNew)
    at->second = plan(call);
  return at->second;
}

AttentionCalls::Choice AttentionCalls::plan(const AttentionCall &call) {
  const AttentionShape &shape = call.shape;
  if (call.dtype != SHARDRT_BF16)
    return {nullptr, "cuDNN takes bfloat16 alone"};
  if (shape.causal && !call.inOrder)
    return {nullptr, "cuDNN takes positions in order alone"};
  if (!wasOpened) {
    wasOpened = true;
    try {
      cudnn = open();
    } catch (const Error &error) {
      whyNoCudnn = error.what();
    }
  }
  if (!cudnn)
    return {nullptr, whyNoCudnn};
  try {
    std::unique_ptr<CudnnPlan> plan = call.isGradient ? cudnn->planGradient(shape) : cudnn->planForward(shape);
    int64_t needed = plan->getWorkspaceBytes(),
            available = SHARDRT_ATTENTION_WORKSPACE_CUDA(call.isGradient, call.dtype, shape.batch, shape.qLen,
                                                         shape.kLen, shape.heads, shape.kvHeads, shape.dim);
    if (needed > available)
      return {nullptr, fmt::format("cuDNN needs {} of workspace, the program has {}", formatBytes(needed),
                                   formatBytes(available))};
    return {std::move(plan), ""};
  } catch (const Error &error) {
    return {nullptr, error.what()};
  }
}

void AttentionCalls::run(const AttentionCall &call, const AttentionTensors &tensors,
                         const AttentionGradients *gradients, KernelLauncher &launcher, CUstream_st *stream) {
  if (const Choice &choice = choose(call); choice.plan)
    choice.plan->run(tensors, gradients, stream);
  else if (gradients)
    attentionGrad(launcher, tensors, *gradients, call.shape, call.dtype);
  else
    attention(launcher, tensors, call.shape, call.dtype);
}
