//===- RankDevice.h - A GPU as one rank uses it -----------------------------------===//
#ifndef SHARDRT_LIB_CUDA_RANKDEVICE_H
#define SHARDRT_LIB_CUDA_RANKDEVICE_H

#include "cuda/AttentionCalls.h"
#include "cuda/Gemm.h"
#include "cuda/Kernels.h"
#include "cuda/Memory.h"
#include "cuda/Modules.h"
#include "cuda/NcclBackend.h"
#include "cuda/OwnKernels.h"
#include "cuda/SectionGraphs.h"
#include "cuda/Staging.h"
#include "program/Platform.h"
#include "program/Range.h"

namespace shardrt::cuda {

/// What the ranks of a process share of their GPU. Its kernels and products are used by one rank at a time, through
/// Recorder::guard().
struct SharedGpu {
  SharedGpu(const Program &program, const Memory::Sizes &sizes, const PlatformOptions &options = {});

  /// Graphs go before what they use.
  ~SharedGpu() { sections.clear(); }

  Driver driver;
  Gpu gpu;
  std::unique_ptr<NcclBackend> nccl; ///< null where all ranks are in this process
  Capture capture;
  SectionGraphs sections;
  Modules modules;
  OwnKernels ownKernels;
  Gemm products;
  AttentionCalls attention{openCudnn};
  Memory memory;
  std::atomic<bool> isLost{false}; ///< what the GPU computes is nonsense: the process is about to leave
};

/// One rank's streams and staging, and its part of the memory. Calls of sections add to the capture under way, on the
/// stream of the task under way.
class RankDevice final : public Device, public KernelLauncher {
public:
  /// `index` is the rank's among those of this process. The program lives as long as the device.
  RankDevice(SharedGpu &shared, const Program &program, int64_t index);

  /// A communicator on the GPU starts its work on the stream of the task under way, within guard().
  Recorder &getRecorder() { return recorder; }
  /// Launches a kernel of the runtime on that stream; within guard().
  void launch(const KernelLaunch &launch) override { shared.ownKernels.launch(launch, recorder.getStream()); }

  char *getArena() const { return reinterpret_cast<char *>(region.arena); }

  /// Copies what kernels read for as long as the platform lives to the GPU's memory; returns where it lies there.
  const void *storeConstants(std::span<const uint64_t> values);

  char *allocate(int64_t bytes) override;
  void release(char *, int64_t) override {}
  void store(char *memory, const void *host, int64_t bytes) override;
  void fetch(void *host, const char *memory, int64_t bytes) override;
  int32_t run(Section section, shardrt_rank &rank) override;

  int32_t beginTask(int32_t task, int32_t stream, std::span<const int32_t> waits) override;
  int32_t endTask(int32_t task, bool isAwaited) override;
  int32_t launch(int32_t function, std::span<const uint64_t> arguments) override;
  int32_t perform(const LibraryTask &task) override;

private:
  void serve(const CopyTask &task);
  void serve(const GemmTask &task);
  void serve(const AttentionTask &task);
  void serve(const AttentionGradTask &task);
  /// What no library serves kernels of the runtime do.
  template <typename Task> void serve(const Task &task) { cuda::run(*this, task); }
  void multiply(const GemmTask &task);

  SharedGpu &shared;
  const Program &program;
  const Driver &driver;
  const Memory::Region region;
  Recorder recorder;
  Staging staging;
  const std::vector<int64_t> *taskNames =
      nullptr;                ///< of the section under way, numbers of the manifest's names by task
  std::optional<Range> range; ///< of the task that is recorded

  const char *nameTask(int32_t task) const;

  bool inOrder(const AttentionTensors &tensors, const AttentionShape &shape) const;
};

} // namespace shardrt::cuda
#endif
