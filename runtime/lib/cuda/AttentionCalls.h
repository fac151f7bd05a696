//===- AttentionCalls.h - Who computes attention on a GPU ----------------------------===//
//
// cuDNN where it can, else the runtime's own kernels. cuDNN takes bfloat16, knows positions by their index alone, and
// may need more workspace than a program has; all of this is known before the first section runs, and is said there.
//
//===----------------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_ATTENTIONCALLS_H
#define SHARDRT_LIB_CUDA_ATTENTIONCALLS_H

#include "cuda/Cudnn.h"
#include "cuda/Kernels.h"
#include "program/Manifest.h"

#include <functional>
#include <map>

namespace shardrt::cuda {

/// What the choice depends on. Positions are in order where queries and keys are as many and have the positions 0, 1,
/// 2, ...
struct AttentionCall {
  bool isGradient, inOrder;
  shardrt_dtype dtype;
  AttentionShape shape;
  auto operator<=>(const AttentionCall &) const = default;
};

class AttentionCalls {
public:
  /// `open` is called once a call comes up that cuDNN may take; what it throws is why it does not.
  explicit AttentionCalls(std::function<std::unique_ptr<Cudnn>()> open) : open(std::move(open)) {}

  /// Chooses for all calls of a program, so that nothing is left to be chosen while it runs.
  void prepare(const std::vector<LibraryCall> &calls);
  /// Says what was prepared, a sentence for each choice; empty for a program without attention.
  std::string describe() const { return description; }

  /// Starts a call on `stream`, to which `launcher` launches. `gradients` is null in the forward pass. Throws Error.
  void run(const AttentionCall &call, const AttentionTensors &tensors, const AttentionGradients *gradients,
           KernelLauncher &launcher, CUstream_st *stream);

private:
  /// A plan of cuDNN, or why there is none.
  struct Choice {
    std::unique_ptr<CudnnPlan> plan;
    std::string reason;
  };

  std::function<std::unique_ptr<Cudnn>()> open;
  bool wasOpened = false;
  std::unique_ptr<Cudnn> cudnn;
  std::string whyNoCudnn;
  std::map<AttentionCall, Choice> choices;
  std::string description;

  const Choice &choose(const AttentionCall &call);
  Choice plan(const AttentionCall &call);
};

/// Returns the attention that a call of a program is; nothing for calls of other functions. Throws Error (BadInput)
/// where its numbers are not as many as abi.h says.
std::optional<AttentionCall> readAttentionCall(const LibraryCall &call);

} // namespace shardrt::cuda
#endif
