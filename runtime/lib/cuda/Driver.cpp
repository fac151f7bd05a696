//===- Driver.cpp - CUDA's driver, opened at run time -------------------------------===//

#include "cuda/Driver.h"

using namespace shardrt;
using namespace shardrt::cuda;

std::string cuda::formatVersion(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

/// Versions come first: an old driver may lack functions, and is to be called old.
Driver::Driver() : library({"libcuda.so.1"}, "NVIDIA's driver") {
  library.find(getErrorName, SHARDRT_SYMBOL(cuGetErrorName));
  library.find(getErrorString, SHARDRT_SYMBOL(cuGetErrorString));
  decltype(cuDriverGetVersion) *driverGetVersion;
  decltype(cuInit) *init;
  library.find(driverGetVersion, SHARDRT_SYMBOL(cuDriverGetVersion));
  library.find(init, SHARDRT_SYMBOL(cuInit));
  check(driverGetVersion(&version), "asking the driver for its version");
  if (version < leastVersion)
    fail(Exit::NoDevice, "the driver supports CUDA {}, expected {} or later: install a newer driver",
         formatVersion(version), formatVersion(leastVersion));
  findFunctions();
  check(init(0), "starting the driver");
}

void Driver::findFunctions() {
  library.find(deviceGetCount, SHARDRT_SYMBOL(cuDeviceGetCount));
  library.find(deviceGet, SHARDRT_SYMBOL(cuDeviceGet));
  library.find(deviceGetName, SHARDRT_SYMBOL(cuDeviceGetName));
  library.find(deviceGetAttribute, SHARDRT_SYMBOL(cuDeviceGetAttribute));
  library.find(deviceGetUuid, SHARDRT_SYMBOL(cuDeviceGetUuid));
  library.find(devicePrimaryCtxRetain, SHARDRT_SYMBOL(cuDevicePrimaryCtxRetain));
  library.find(devicePrimaryCtxRelease, SHARDRT_SYMBOL(cuDevicePrimaryCtxRelease));
  library.find(ctxSetCurrent, SHARDRT_SYMBOL(cuCtxSetCurrent));
  library.find(memGetInfo, SHARDRT_SYMBOL(cuMemGetInfo));
  library.find(memAlloc, SHARDRT_SYMBOL(cuMemAlloc));
  library.find(memFree, SHARDRT_SYMBOL(cuMemFree));
  library.find(memHostAlloc, SHARDRT_SYMBOL(cuMemHostAlloc));
  library.find(memFreeHost, SHARDRT_SYMBOL(cuMemFreeHost));
  library.find(memcpyHtoDAsync, SHARDRT_SYMBOL(cuMemcpyHtoDAsync));
  library.find(memcpyDtoHAsync, SHARDRT_SYMBOL(cuMemcpyDtoHAsync));
  library.find(memcpyDtoDAsync, SHARDRT_SYMBOL(cuMemcpyDtoDAsync));
  library.find(memsetD8Async, SHARDRT_SYMBOL(cuMemsetD8Async));
  library.find(streamCreate, SHARDRT_SYMBOL(cuStreamCreate));
  library.find(streamDestroy, SHARDRT_SYMBOL(cuStreamDestroy));
  library.find(streamSynchronize, SHARDRT_SYMBOL(cuStreamSynchronize));
  library.find(streamWaitEvent, SHARDRT_SYMBOL(cuStreamWaitEvent));
  library.find(streamBeginCapture, SHARDRT_SYMBOL(cuStreamBeginCapture));
  library.find(streamEndCapture, SHARDRT_SYMBOL(cuStreamEndCapture));
  library.find(eventCreate, SHARDRT_SYMBOL(cuEventCreate));
  library.find(eventDestroy, SHARDRT_SYMBOL(cuEventDestroy));
  library.find(eventRecord, SHARDRT_SYMBOL(cuEventRecord));
  library.find(eventRecordWithFlags, SHARDRT_SYMBOL(cuEventRecordWithFlags));
  library.find(eventElapsedTime, SHARDRT_SYMBOL(cuEventElapsedTime));
  library.find(graphInstantiate, SHARDRT_SYMBOL(cuGraphInstantiate));
  library.find(graphUpload, SHARDRT_SYMBOL(cuGraphUpload));
  library.find(graphLaunch, SHARDRT_SYMBOL(cuGraphLaunch));
  library.find(graphDestroy, SHARDRT_SYMBOL(cuGraphDestroy));
  library.find(graphExecDestroy, SHARDRT_SYMBOL(cuGraphExecDestroy));
  library.find(moduleLoadDataEx, SHARDRT_SYMBOL(cuModuleLoadDataEx));
  library.find(moduleUnload, SHARDRT_SYMBOL(cuModuleUnload));
  library.find(moduleGetFunction, SHARDRT_SYMBOL(cuModuleGetFunction));
  library.find(funcSetAttribute, SHARDRT_SYMBOL(cuFuncSetAttribute));
  library.find(launchKernel, SHARDRT_SYMBOL(cuLaunchKernel));
}

std::string Driver::explain(CUresult result) const {
  const char *name = nullptr, *text = nullptr;
  getErrorName(result, &name);
  getErrorString(result, &text);
  if (!name)
    return fmt::format("CUDA error {}", static_cast<int>(result));
  return text ? fmt::format("{} ({})", name, text) : name;
}

void Driver::failWith(CUresult result, const std::string &doing) const {
  fail(result == CUDA_ERROR_OUT_OF_MEMORY ? Exit::NoFit : Exit::NoDevice, "{}: {}", doing, explain(result));
}
