//===- GpuRunner.cpp - Kernels of tests on a GPU --------------------------------------===//

#include "KernelRunner.h"
#include "cuda/OwnKernels.h"
#include "cuda/Staging.h"

#include <optional>

using namespace shardrt;
using namespace shardrt::cuda;

namespace {

/// The GPU of the process, with what is loaded on it.
struct Session {
  Driver driver;
  Gpu gpu{driver, 0};
  OwnKernels kernels{gpu};
  CUstream stream = nullptr;
  std::optional<Staging> staging;

  Session() {
    gpu.makeCurrent();
    driver.check(driver.streamCreate(&stream, CU_STREAM_NON_BLOCKING), "creating a stream");
    staging.emplace(gpu, stream);
  }
};

/// Has a copy of each array on the GPU while it lives. After each launch the host has what the GPU has.
class GpuRunner final : public KernelRunner {
public:
  explicit GpuRunner(Session &session) : session(session), driver(session.driver) {}
  ~GpuRunner() override {
    for (CUdeviceptr copy : copies)
      driver.memFree(copy);
  }

  void call(const std::function<void(const Translate &, CUstream_st *)> &body) override {
    upload();
    body([this](
             const void *pointer) { return reinterpret_cast<void *>(translate(reinterpret_cast<uint64_t>(pointer))); },
         session.stream);
    fetch();
  }

private:
  Session &session;
  const Driver &driver;
  std::vector<CUdeviceptr> copies; ///< of `arrays`, in their order

  int64_t run(const KernelLaunch &launch) override {
    upload();
    std::vector<uint64_t> arguments;
    for (uint64_t argument : launch.arguments)
      arguments.push_back(translate(argument));
    KernelLaunch translated = launch;
    translated.arguments = arguments;
    session.kernels.launch(translated, session.stream);
    fetch();
    return 0;
  }

  void upload() {
    for (size_t i = copies.size(); i < arrays.size(); ++i) {
      driver.check(driver.memAlloc(&copies.emplace_back(), std::max<size_t>(static_cast<size_t>(arrays[i].bytes), 16)),
                   "allocating an array");
      session.staging->store(copies[i], arrays[i].data, arrays[i].bytes);
    }
  }

  void fetch() {
    for (size_t i = 0; i < arrays.size(); ++i)
      if (arrays[i].writable)
        session.staging->fetch(arrays[i].data, copies[i], arrays[i].bytes);
    driver.check(driver.streamSynchronize(session.stream), "waiting for the GPU");
  }

  /// Returns the GPU's address of a pointer into an array; other numbers stay.
  uint64_t translate(uint64_t argument) const {
    for (size_t i = 0; i < arrays.size(); ++i)
      if (uint64_t offset = argument - reinterpret_cast<uint64_t>(arrays[i].data);
          offset < static_cast<uint64_t>(arrays[i].bytes))
        return copies[i] + offset;
    return argument;
  }
};

} // namespace

std::unique_ptr<KernelRunner> shardrt::createGpuRunner() {
  static Session session;
  return std::make_unique<GpuRunner>(session);
}
