//===- KernelRunner.h - Where the runtime's GPU kernels run in tests ----------------===//
//
// In the PTX machine, which also finds races, accesses out of bounds and barriers that threads miss; or on a GPU, where
// the test is called with --gpu.
//
//===----------------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_KERNELRUNNER_H
#define SHARDRT_TEST_KERNELRUNNER_H

#include "cuda/Kernels.h"

#include <functional>
#include <memory>
#include <vector>

struct CUstream_st;

namespace shardrt {

/// Runs launches at once, on arrays of the host that are declared before.
class KernelRunner : public cuda::KernelLauncher {
public:
  struct Array {
    char *data;
    int64_t bytes;
    bool writable;
  };
  template <typename T> void in(const std::vector<T> &values) {
    add(const_cast<T *>(values.data()), values.size() * sizeof(T), false);
  }
  template <typename T> void out(std::vector<T> &values) { add(values.data(), values.size() * sizeof(T), true); }

  void launch(const cuda::KernelLaunch &launch) final;

  /// Returns where the GPU has what a pointer into an array points to.
  using Translate = std::function<void *(const void *)>;
  /// Calls `body`, which starts work of a library on the stream. Throws Error where this is no GPU.
  virtual void call(const std::function<void(const Translate &, CUstream_st *)> &body) = 0;

  int64_t launches = 0;
  int64_t instructions = 0; ///< that threads have executed; 0 on a GPU

protected:
  /// Returns how many instructions threads have executed.
  virtual int64_t run(const cuda::KernelLaunch &launch) = 0;
  std::vector<Array> arrays;

private:
  void add(void *data, size_t bytes, bool writable) {
    arrays.push_back({static_cast<char *>(data), static_cast<int64_t>(bytes), writable});
  }
};

std::unique_ptr<KernelRunner> createKernelRunner();

/// Whether kernels run on a GPU.
bool runsOnGpu();

/// A runner on GPU 0. Throws Error (NoDevice) where there is none, or where the runtime was built without CUDA.
std::unique_ptr<KernelRunner> createGpuRunner();

} // namespace shardrt
#endif
