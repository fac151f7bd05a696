//===- Cudnn.h - cuDNN's attention, opened at run time ------------------------------===//
//
// A plan is made for one shape before it is captured, and then run on any tensors of that shape. cuDNN knows positions
// by their index alone: query i sees keys up to i. Tensors are bfloat16 in the layout of abi.h, lse is float32.
//
//===----------------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_CUDNN_H
#define SHARDRT_LIB_CUDA_CUDNN_H

#include "program/Device.h"

#include <memory>
#include <string>

struct CUstream_st;

namespace shardrt::cuda {

/// Attention of one shape, or its gradient, as cuDNN does it.
class CudnnPlan {
public:
  virtual ~CudnnPlan() = default;
  virtual int64_t getWorkspaceBytes() const = 0;
  /// Returns cuDNN's name of the engine and its settings.
  virtual std::string getName() const = 0;
  /// Starts it; `gradients` is null in the forward pass. Throws Error.
  virtual void run(const AttentionTensors &tensors, const AttentionGradients *gradients, CUstream_st *stream) = 0;
};

class Cudnn {
public:
  virtual ~Cudnn() = default;
  /// Returns `9.19.0`.
  virtual std::string getVersion() const = 0;
  /// Throw Error (NoDevice), with cuDNN's reason, where cuDNN has no engine. The gradient repeats its bits from run to
  /// run.
  virtual std::unique_ptr<CudnnPlan> planForward(const AttentionShape &shape) = 0;
  virtual std::unique_ptr<CudnnPlan> planGradient(const AttentionShape &shape) = 0;
};

/// Opens cuDNN for the GPU whose context is that of the calling thread. Throws Error (NoDevice) where it is missing,
/// too old, or the runtime was built without it.
std::unique_ptr<Cudnn> openCudnn();

/// The same for a GPU that is not there, of which `properties` are cuDNN's own description in JSON and `capability` is
/// 90 for 9.0: plans can be made and not run.
std::unique_ptr<Cudnn> openCudnnWithoutGpu(const std::string &properties, int capability);

} // namespace shardrt::cuda
#endif
