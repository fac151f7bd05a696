//===- Capture.h - The graph that the ranks of a process make together ----------===//
//
// One stream of the process is the origin: a capture begins and ends on it, graphs are launched on it, and all copies
// from and to the host run on it. While a section is captured, the streams of all ranks fork from the origin and join
// it again, so that one graph has the work of all ranks.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_CAPTURE_H
#define SHARDRT_LIB_CUDA_CAPTURE_H

#include "cuda/Gpu.h"

#include <mutex>

namespace shardrt::cuda {

class Capture {
public:
  explicit Capture(const Gpu &gpu);
  ~Capture();
  Capture(const Capture &) = delete;
  Capture &operator=(const Capture &) = delete;

  /// Held by a thread while it adds to the capture: CUDA's graphs are not made for several threads at once.
  std::mutex mutex;

  CUstream getStream() const { return origin; }
  /// Returns the event that a stream waits for to fork from the origin, once the capture has begun.
  CUevent getFork() const { return fork; }
  bool isUnderWay() const { return underWay; }

  void begin();
  /// Returns what has been captured; the caller owns it.
  CUgraph end();
  /// Gives up what is being captured, if anything is.
  void abort();

private:
  const Gpu &gpu;
  CUstream origin = nullptr;
  CUevent fork = nullptr;
  bool underWay = false;
};

} // namespace shardrt::cuda
#endif
