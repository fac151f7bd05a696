//===- Driver.h - CUDA's driver, opened at run time --------------------------------===//
#ifndef SHARDRT_LIB_CUDA_DRIVER_H
#define SHARDRT_LIB_CUDA_DRIVER_H

#include "cuda/Library.h"
#include "program/Error.h"

#include <cuda.h>

namespace shardrt::cuda {

/// The functions of libcuda.so.1 that the runtime calls, by the names and types of cuda.h.
class Driver {
public:
  /// The least version that the driver must support, as CUDA counts: 1000 times the major number and 10 times the
  /// minor.
  static constexpr int leastVersion = 12080;

  /// Opens and initialises the driver. Throws Error (NoDevice) where it is missing or too old.
  Driver();

  /// Returns the CUDA version that the driver supports.
  int getVersion() const { return version; }

  /// Throws Error where `result` is not success: CUDA's name of it, what it means, and what was being done. NoFit where
  /// memory has run out, else NoDevice.
  template <typename... Args> void check(CUresult result, fmt::format_string<Args...> doing, Args &&...args) const {
    if (result != CUDA_SUCCESS)
      failWith(result, fmt::format(doing, std::forward<Args>(args)...));
  }
  /// Returns CUDA's name of a result and what it means: `CUDA_ERROR_NO_DEVICE (no CUDA-capable device is detected)`.
  std::string explain(CUresult result) const;

  decltype(cuDeviceGetCount) *deviceGetCount;
  decltype(cuDeviceGet) *deviceGet;
  decltype(cuDeviceGetName) *deviceGetName;
  decltype(cuDeviceGetAttribute) *deviceGetAttribute;
  decltype(cuDeviceGetUuid) *deviceGetUuid;
  decltype(cuDevicePrimaryCtxRetain) *devicePrimaryCtxRetain;
  decltype(cuDevicePrimaryCtxRelease) *devicePrimaryCtxRelease;
  decltype(cuCtxSetCurrent) *ctxSetCurrent;
  decltype(cuMemGetInfo) *memGetInfo;
  decltype(cuMemAlloc) *memAlloc;
  decltype(cuMemFree) *memFree;
  decltype(cuMemHostAlloc) *memHostAlloc;
  decltype(cuMemFreeHost) *memFreeHost;
  decltype(cuMemcpyHtoDAsync) *memcpyHtoDAsync;
  decltype(cuMemcpyDtoHAsync) *memcpyDtoHAsync;
  decltype(cuMemcpyDtoDAsync) *memcpyDtoDAsync;
  decltype(cuMemsetD8Async) *memsetD8Async;
  decltype(cuStreamCreate) *streamCreate;
  decltype(cuStreamDestroy) *streamDestroy;
  decltype(cuStreamSynchronize) *streamSynchronize;
  decltype(cuStreamWaitEvent) *streamWaitEvent;
  decltype(cuStreamBeginCapture) *streamBeginCapture;
  decltype(cuStreamEndCapture) *streamEndCapture;
  decltype(cuEventCreate) *eventCreate;
  decltype(cuEventDestroy) *eventDestroy;
  decltype(cuEventRecord) *eventRecord;
  decltype(cuEventRecordWithFlags) *eventRecordWithFlags;
  decltype(cuEventElapsedTime) *eventElapsedTime;
  decltype(cuGraphInstantiate) *graphInstantiate;
  decltype(cuGraphUpload) *graphUpload;
  decltype(cuGraphLaunch) *graphLaunch;
  decltype(cuGraphDestroy) *graphDestroy;
  decltype(cuGraphExecDestroy) *graphExecDestroy;
  decltype(cuModuleLoadDataEx) *moduleLoadDataEx;
  decltype(cuModuleUnload) *moduleUnload;
  decltype(cuModuleGetFunction) *moduleGetFunction;
  decltype(cuFuncSetAttribute) *funcSetAttribute;
  decltype(cuLaunchKernel) *launchKernel;

private:
  Library library;
  int version = 0;
  decltype(cuGetErrorName) *getErrorName;
  decltype(cuGetErrorString) *getErrorString;

  void findFunctions();
  [[noreturn]] void failWith(CUresult result, const std::string &doing) const;
};

/// Returns `13.0` for 13000.
std::string formatVersion(int version);

} // namespace shardrt::cuda
#endif
