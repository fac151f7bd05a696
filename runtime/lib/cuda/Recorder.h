//===- Recorder.h - The tasks of a section as a graph -----------------------------===//
//
// A section's calls go to streams that are being captured: nothing runs, and the graph that comes out has the order of the
// streams and of the waits between them. The first of the program's streams begins and ends the capture. Each other one joins
// it with its first task of the section, and is waited for at the end.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_RECORDER_H
#define SHARDRT_LIB_CUDA_RECORDER_H

#include "cuda/Gpu.h"

#include <span>

namespace shardrt::cuda {

/// The program's streams, and the section that is recorded on them.
class Recorder {
public:
  /// `names` are those of the streams, one at least.
  Recorder(const Gpu &gpu, std::vector<std::string> names);
  ~Recorder();
  Recorder(const Recorder &) = delete;
  Recorder &operator=(const Recorder &) = delete;

  /// Returns the first stream, on which graphs are launched and all copies from and to the host run.
  CUstream getMainStream() const { return streams[0].stream; }

  void begin();
  /// Begins `task` on stream `stream` after the tasks `waits`, which have ended and are awaited. Throws Error (BadInput) where
  /// that is not so, as the others do where they are called out of turn.
  void beginTask(int32_t task, int32_t stream, std::span<const int32_t> waits);
  void endTask(int32_t task, bool isAwaited);
  /// Returns the stream of the task that is under way.
  CUstream getStream() const;
  /// Returns whether that is the main stream.
  bool isOnMainStream() const { return getStream() == getMainStream(); }
  const std::string &getStreamName() const { return streams[static_cast<size_t>(stream)].name; }
  /// Returns what has been recorded; the caller owns it.
  CUgraph end();
  /// Gives up what is being recorded, if anything is.
  void abort();

private:
  /// A stream; `joined` marks its end in a section, and on the main stream the section's begin.
  struct Stream {
    std::string name;
    CUstream stream = nullptr;
    CUevent mark = nullptr;
    bool isJoined = false;
  };
  static constexpr int32_t none = -1;

  const Gpu &gpu;
  std::vector<Stream> streams;
  std::vector<CUevent> events; ///< by task, made when first awaited
  std::vector<bool> hasEnded;  ///< by task: its event is recorded in this section
  bool isRecording = false;
  int32_t task = none, stream = none;

  CUevent createEvent() const;
  void join(Stream &joining);
};

} // namespace shardrt::cuda
#endif
