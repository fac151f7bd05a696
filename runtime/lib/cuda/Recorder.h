//===- Recorder.h - One rank's tasks in the capture of a section -------------------===//
//
// A section's calls go to streams that are being captured: nothing runs, and the graph that comes out has the order of
// the streams and of the waits between them. Each of the program's streams forks from the capture's origin with its
// first task of the section, and joins it at the section's end.
//
// A program must see no exception, so its calls go through guard(): the first that fails is kept, and those after it do
// nothing.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_RECORDER_H
#define SHARDRT_LIB_CUDA_RECORDER_H

#include "cuda/Capture.h"

#include <optional>
#include <span>

namespace shardrt::cuda {

/// One rank's streams, and its part of the section that is recorded on them.
class Recorder {
public:
  /// What a call returns that has failed, or came after one that has.
  static constexpr int32_t failedStatus = -1;

  /// `names` are those of the program's streams, one at least.
  Recorder(const Gpu &gpu, Capture &capture, std::vector<std::string> names);
  ~Recorder();
  Recorder(const Recorder &) = delete;
  Recorder &operator=(const Recorder &) = delete;

  /// Calls `section`, whose calls add to the capture under way, and returns what it returns. Throws the first failure.
  template <typename Body> int32_t record(Body section) {
    begin();
    int32_t status = section();
    if (!failure && status == 0)
      guard([&] { end(); });
    if (failure)
      throw *failure;
    return status;
  }

  /// Calls `body`, while no other rank adds to the capture. Returns 0, or failedStatus where it throws or a call before
  /// it has.
  template <typename Body> int32_t guard(Body body) {
    if (failure)
      return failedStatus;
    try {
      std::lock_guard lock(capture.mutex);
      body();
      return 0;
    } catch (const Error &error) {
      failure = error;
      return failedStatus;
    }
  }

  // What follows is called through guard().

  /// Begins `task` on stream `stream` after the tasks `waits`, which have ended and are awaited. Throws Error
  /// (BadInput) where that is not so, as the others do where they are called out of turn.
  void beginTask(int32_t task, int32_t stream, std::span<const int32_t> waits);
  void endTask(int32_t task, bool isAwaited);
  /// Returns the stream of the task that is under way.
  CUstream getStream() const;
  /// Returns whether that is the program's first stream.
  bool isOnFirstStream() const { return getStream() == streams[0].stream; }
  /// Returns the number of that stream among the program's.
  int32_t getStreamIndex() const { return getStream() ? stream : none; }
  /// Returns a stream of no task, which forks with the first event that it waits for and joins at the section's end; it
  /// waits for `after`.
  CUstream forkSideStream(CUevent after);
  const std::string &getStreamName() const { return streams[static_cast<size_t>(stream)].name; }

private:
  /// A stream; `mark` is its end in a section.
  struct Stream {
    std::string name;
    CUstream stream = nullptr;
    CUevent mark = nullptr;
    bool isForked = false;
  };
  static constexpr int32_t none = -1;

  const Gpu &gpu;
  Capture &capture;
  std::vector<Stream> streams;
  Stream side = {"collectives' progress"}; ///< made when it is first asked for
  std::vector<CUevent> events;             ///< by task, made when first awaited
  std::vector<bool> hasEnded;              ///< by task: its event is recorded in this section
  int32_t task = none, stream = none;
  std::optional<Error> failure; ///< the first of the section

  void begin();
  void end();
  void create(Stream &stream) const;
  void fork(Stream &joining);
  void join(const Stream &stream) const;
};

} // namespace shardrt::cuda
#endif
