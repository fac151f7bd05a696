//===- Driver.cpp - A libcuda.so.1 that runs on the CPU, for tests ----------------------===//
//
// The functions that the runtime calls, as the driver's manual has them. What a GPU would forgive or answer with
// nonsense is an error here: copies from memory that is not page-locked, addresses outside of allocations, calls from a
// thread that has no context. Kernels are PTX, which the machine in ../ptx executes.
//
//===------------------------------------------------------------------------------------===//

#pragma GCC visibility push(default)
#include <cuda.h>
#pragma GCC visibility pop

#include "Control.h"
#include "Memory.h"
#include "Work.h"

#include "ptx/Machine.h"
#include "ptx/Program.h"

#include <cstdio>
#include <cstring>
#include <utility>

using namespace shardrt;
using namespace shardrt::stub;

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)
/// Lets one thread in, notes the call of `function` and returns where it is to fail.
#define CALLED(function, ...)                                                                                          \
  stub::Entered entered;                                                                                               \
  if (int result = called(TEXT(function) __VA_OPT__(, static_cast<int64_t>(__VA_ARGS__))))                             \
  return static_cast<CUresult>(result)
/// The same for functions that need a context.
#define CALLED_IN_CONTEXT(function, ...)                                                                               \
  CALLED(function __VA_OPT__(, __VA_ARGS__));                                                                          \
  if (!hasContext)                                                                                                     \
  return CUDA_ERROR_INVALID_CONTEXT

struct CUfunc_st {
  const ptx::Module *code;
  std::string name;
  unsigned mostSharedBytes = 48 << 10;
};

struct CUmod_st {
  std::unique_ptr<ptx::Module> code;
  std::vector<std::unique_ptr<CUfunc_st>> functions;
};

static bool isInitialised = false;
static int64_t retained = 0, currentDevice = 0;
static thread_local bool hasContext = false;
static char contextItself;

static CUdeviceptr asAddress(const char *memory) {
  return reinterpret_cast<CUdeviceptr>(memory);
}
static char *asMemory(CUdeviceptr address) {
  return reinterpret_cast<char *>(address);
}

template <typename T> static CUresult make(T **made) {
  *made = new T;
  countLive(1);
  return CUDA_SUCCESS;
}

template <typename T> static CUresult destroy(T *object) {
  if (!object)
    return CUDA_ERROR_INVALID_HANDLE;
  delete object;
  countLive(-1);
  return CUDA_SUCCESS;
}

static CUresult put(CUstream stream, const char *name, std::function<void()> run) {
  return enqueue(stream, name, std::move(run)) ? CUDA_SUCCESS : CUDA_ERROR_LAUNCH_FAILED;
}

CUresult cuGetErrorName(CUresult error, const char **text) {
  switch (error) {
  case CUDA_ERROR_OUT_OF_MEMORY:
    *text = "CUDA_ERROR_OUT_OF_MEMORY";
    break;
  case CUDA_ERROR_NO_DEVICE:
    *text = "CUDA_ERROR_NO_DEVICE";
    break;
  case CUDA_ERROR_INVALID_PTX:
    *text = "CUDA_ERROR_INVALID_PTX";
    break;
  case CUDA_ERROR_NO_BINARY_FOR_GPU:
    *text = "CUDA_ERROR_NO_BINARY_FOR_GPU";
    break;
  case CUDA_ERROR_NOT_FOUND:
    *text = "CUDA_ERROR_NOT_FOUND";
    break;
  case CUDA_ERROR_ILLEGAL_ADDRESS:
    *text = "CUDA_ERROR_ILLEGAL_ADDRESS";
    break;
  case CUDA_ERROR_LAUNCH_FAILED:
    *text = "CUDA_ERROR_LAUNCH_FAILED";
    break;
  case CUDA_ERROR_STREAM_CAPTURE_UNJOINED:
    *text = "CUDA_ERROR_STREAM_CAPTURE_UNJOINED";
    break;
  default:
    *text = nullptr;
    return CUDA_ERROR_INVALID_VALUE;
  }
  return CUDA_SUCCESS;
}

CUresult cuGetErrorString(CUresult error, const char **text) {
  *text = error == CUDA_ERROR_OUT_OF_MEMORY ? "out of memory" : nullptr;
  return *text ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult cuDriverGetVersion(int *version) {
  CALLED(cuDriverGetVersion);
  *version = static_cast<int>(getSettings().version);
  return CUDA_SUCCESS;
}

CUresult cuInit(unsigned flags) {
  CALLED(cuInit);
  isInitialised = flags == 0 && getSettings().devices > 0;
  return isInitialised ? CUDA_SUCCESS : CUDA_ERROR_NO_DEVICE;
}

CUresult cuDeviceGetCount(int *count) {
  CALLED(cuDeviceGetCount);
  *count = static_cast<int>(getSettings().devices);
  return isInitialised ? CUDA_SUCCESS : CUDA_ERROR_NOT_INITIALIZED;
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
  CALLED(cuDeviceGet);
  *device = ordinal;
  return ordinal >= 0 && ordinal < getSettings().devices ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}

CUresult cuDeviceGetName(char *name, int length, CUdevice) {
  CALLED(cuDeviceGetName);
  snprintf(name, static_cast<size_t>(length), "Stub GPU");
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice) {
  CALLED(cuDeviceGetAttribute);
  auto capability = static_cast<int>(getSettings().capability);
  if (attribute != CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR &&
      attribute != CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)
    return CUDA_ERROR_INVALID_VALUE;
  *value = attribute == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR ? capability / 10 : capability % 10;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice device) {
  CALLED(cuDeviceGetUuid);
  *uuid = {};
  uuid->bytes[0] = static_cast<char>(device + 1);
  return CUDA_SUCCESS;
}

int64_t stub::getDevice() {
  return currentDevice;
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
  CALLED(cuDevicePrimaryCtxRetain);
  currentDevice = device;
  *context = reinterpret_cast<CUcontext>(&contextItself);
  ++retained;
  countLive(1);
  return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease(CUdevice) {
  CALLED(cuDevicePrimaryCtxRelease);
  --retained;
  countLive(-1);
  return CUDA_SUCCESS;
}

CUresult cuCtxSetCurrent(CUcontext context) {
  CALLED(cuCtxSetCurrent);
  hasContext = context && retained > 0;
  return hasContext ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT;
}

CUresult cuMemGetInfo(size_t *left, size_t *total) {
  CALLED_IN_CONTEXT(cuMemGetInfo);
  *left = countLeft();
  *total = static_cast<size_t>(getSettings().memory);
  return CUDA_SUCCESS;
}

CUresult cuMemAlloc(CUdeviceptr *memory, size_t bytes) {
  CALLED_IN_CONTEXT(cuMemAlloc, bytes);
  *memory = asAddress(allocate(bytes));
  return *memory ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult cuMemFree(CUdeviceptr memory) {
  CALLED_IN_CONTEXT(cuMemFree);
  return memory == 0 || release(asMemory(memory)) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult cuMemHostAlloc(void **memory, size_t bytes, unsigned) {
  CALLED_IN_CONTEXT(cuMemHostAlloc, bytes);
  *memory = allocateHost(bytes);
  return *memory ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult cuMemFreeHost(void *memory) {
  CALLED_IN_CONTEXT(cuMemFreeHost);
  return releaseHost(memory) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
  Adding adding(stream);
  CALLED_IN_CONTEXT(cuMemcpyHtoDAsync, bytes);
  if (!isHostMemory(from, bytes) || !isDeviceMemory(asMemory(to), static_cast<int64_t>(bytes)))
    return CUDA_ERROR_INVALID_VALUE;
  return put(stream, "copy to the GPU", [=] { memcpy(asMemory(to), from, bytes); });
}

CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
  Adding adding(stream);
  CALLED_IN_CONTEXT(cuMemcpyDtoHAsync, bytes);
  if (!isHostMemory(to, bytes) || !isDeviceMemory(asMemory(from), static_cast<int64_t>(bytes)))
    return CUDA_ERROR_INVALID_VALUE;
  return put(stream, "copy from the GPU", [=] { memcpy(to, asMemory(from), bytes); });
}

CUresult cuMemcpyDtoDAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  Adding adding(stream);
  CALLED_IN_CONTEXT(cuMemcpyDtoDAsync, bytes);
  auto count = static_cast<int64_t>(bytes);
  if (!isDeviceMemory(asMemory(to), count) || !isDeviceMemory(asMemory(from), count))
    return CUDA_ERROR_INVALID_VALUE;
  if (to < from + bytes && from < to + bytes)
    return CUDA_ERROR_INVALID_VALUE;
  return put(stream, "copy", [=] { memcpy(asMemory(to), asMemory(from), bytes); });
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t bytes, CUstream stream) {
  Adding adding(stream);
  CALLED_IN_CONTEXT(cuMemsetD8Async, bytes);
  if (!isDeviceMemory(asMemory(to), static_cast<int64_t>(bytes)))
    return CUDA_ERROR_INVALID_VALUE;
  return put(stream, "set", [=] { memset(asMemory(to), value, bytes); });
}

CUresult cuStreamCreate(CUstream *stream, unsigned) {
  CALLED_IN_CONTEXT(cuStreamCreate);
  return make(stream);
}

CUresult cuStreamDestroy(CUstream stream) {
  CALLED_IN_CONTEXT(cuStreamDestroy);
  return destroy(stream);
}

CUresult cuStreamSynchronize(CUstream stream) {
  CALLED_IN_CONTEXT(cuStreamSynchronize);
  return synchronize(stream);
}

static int64_t waits = 0, droppedWait = 0;

int64_t stub_drop_wait(int64_t number) {
  droppedWait = number;
  return std::exchange(waits, 0);
}

CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned) {
  Adding adding(stream);
  CALLED_IN_CONTEXT(cuStreamWaitEvent);
  if (++waits == droppedWait)
    return CUDA_SUCCESS;
  return wait(stream, event);
}

CUresult cuStreamBeginCapture(CUstream stream, CUstreamCaptureMode) {
  CALLED_IN_CONTEXT(cuStreamBeginCapture);
  return beginCapture(stream);
}

CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph) {
  CALLED_IN_CONTEXT(cuStreamEndCapture);
  return endCapture(stream, graph);
}

CUresult cuEventCreate(CUevent *event, unsigned flags) {
  CALLED_IN_CONTEXT(cuEventCreate);
  CUresult made = make(event);
  if (made == CUDA_SUCCESS)
    (*event)->isTimed = !(flags & CU_EVENT_DISABLE_TIMING);
  return made;
}

CUresult cuEventDestroy(CUevent event) {
  CALLED_IN_CONTEXT(cuEventDestroy);
  return destroy(event);
}

CUresult cuEventRecord(CUevent event, CUstream stream) {
  Adding adding(stream);
  CALLED_IN_CONTEXT(cuEventRecord);
  if (event->isTimed && !stream->capture)
    if (CUresult result = put(stream, "event", [event] { event->passed = std::chrono::steady_clock::now(); }))
      return result;
  return record(event, stream);
}

CUresult cuEventRecordWithFlags(CUevent event, CUstream stream, unsigned flags) {
  CALLED_IN_CONTEXT(cuEventRecordWithFlags);
  if (flags != CU_EVENT_RECORD_EXTERNAL || !stream->capture)
    return CUDA_ERROR_INVALID_VALUE;
  return put(stream, "event", [event] { event->passed = std::chrono::steady_clock::now(); });
}

CUresult cuEventElapsedTime(float *milliseconds, CUevent begin, CUevent end) {
  CALLED_IN_CONTEXT(cuEventElapsedTime);
  if (!begin->passed || !end->passed)
    return CUDA_ERROR_NOT_READY;
  *milliseconds = std::chrono::duration<float, std::milli>(*end->passed - *begin->passed).count();
  return CUDA_SUCCESS;
}

CUresult cuGraphInstantiate(CUgraphExec *graph, CUgraph recorded, unsigned long long) {
  CALLED_IN_CONTEXT(cuGraphInstantiate, recorded->nodes.size());
  *graph = new CUgraphExec_st{recorded->nodes};
  countLive(1);
  return CUDA_SUCCESS;
}

CUresult cuGraphUpload(CUgraphExec, CUstream) {
  CALLED_IN_CONTEXT(cuGraphUpload);
  return CUDA_SUCCESS;
}

CUresult cuGraphLaunch(CUgraphExec graph, CUstream stream) {
  CALLED_IN_CONTEXT(cuGraphLaunch);
  return launch(graph, stream);
}

CUresult cuGraphDestroy(CUgraph graph) {
  CALLED_IN_CONTEXT(cuGraphDestroy);
  return destroy(graph);
}

CUresult cuGraphExecDestroy(CUgraphExec graph) {
  CALLED_IN_CONTEXT(cuGraphExecDestroy);
  return destroy(graph);
}

/// Tells why a module was not loaded, where the caller has a place for it.
static void explain(const char *why, unsigned count, const CUjit_option *options, void **values) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned j = 0; j < count; ++j)
      if (options[i] == CU_JIT_ERROR_LOG_BUFFER && options[j] == CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES)
        snprintf(static_cast<char *>(values[i]), reinterpret_cast<size_t>(values[j]), "%s", why);
}

CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned count, CUjit_option *options, void **values) {
  CALLED_IN_CONTEXT(cuModuleLoadDataEx);
  if (memcmp(image, "\177ELF", 4) == 0) // machine code, of which this GPU has none
    return CUDA_ERROR_NO_BINARY_FOR_GPU;
  try {
    auto code = ptx::parse(static_cast<const char *>(image));
    if (code->program().architecture > getSettings().capability)
      return CUDA_ERROR_INVALID_PTX;
    make(module);
    (*module)->code = std::move(code);
    return CUDA_SUCCESS;
  } catch (const std::runtime_error &error) {
    explain(error.what(), count, options, values);
    return CUDA_ERROR_INVALID_PTX;
  }
}

CUresult cuModuleUnload(CUmodule module) {
  CALLED_IN_CONTEXT(cuModuleUnload);
  return destroy(module);
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
  CALLED_IN_CONTEXT(cuModuleGetFunction);
  const auto &functions = module->code->program().functions;
  if (auto found = functions.find(name); found == functions.end() || !found->second.isEntry)
    return CUDA_ERROR_NOT_FOUND;
  module->functions.push_back(std::make_unique<CUfunc_st>(CUfunc_st{module->code.get(), name}));
  *function = module->functions.back().get();
  return CUDA_SUCCESS;
}

CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) {
  CALLED_IN_CONTEXT(cuFuncSetAttribute, value);
  constexpr int most = 227 << 10; // of sm_90
  if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES || value < 0 || value > most)
    return CUDA_ERROR_INVALID_VALUE;
  function->mostSharedBytes = static_cast<unsigned>(value);
  return CUDA_SUCCESS;
}

CUresult cuLaunchKernel(CUfunction function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                        unsigned blockY, unsigned blockZ, unsigned sharedBytes, CUstream stream, void **params,
                        void **extra) {
  Adding adding(stream);
  CALLED_IN_CONTEXT(cuLaunchKernel, gridX);
  if (extra || sharedBytes > function->mostSharedBytes)
    return CUDA_ERROR_INVALID_VALUE;
  ptx::Launch launch{function->name, {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes, {}};
  size_t index = 0;
  for (const ptx::Variable &param : function->code->program().functions.find(function->name)->second.params) {
    auto *bytes = static_cast<const char *>(params[index++]);
    launch.params.emplace_back(bytes, bytes + param.bytes);
  }
  return put(stream, function->name.c_str(), [=] { ptx::run(*function->code, launch, listAllocations()); });
}
