//===- Work.h - Streams, events and graphs that run on the CPU -------------------------===//
//
// Work runs as late as may be, and in an order that is drawn from all that streams, events and graphs allow: when the
// host waits for a stream, what that stream has and what comes before it runs, and nothing else. So a wait that is
// missing is found by results that are wrong, under one seed or another.
//
//===------------------------------------------------------------------------------------===//
#ifndef SHARDRT_TEST_STUBS_WORK_H
#define SHARDRT_TEST_STUBS_WORK_H

#include <atomic>
#include <chrono>
#include <cuda.h>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shardrt::stub {

/// A piece of work and what must run before it; `run` returns false where it must be called again, after other work. In
/// a graph it is a pattern that does not run itself.
struct Work {
  std::string name;
  std::function<bool()> run;
  std::vector<std::shared_ptr<Work>> after;
  bool isDone = false;
};
using WorkList = std::vector<std::shared_ptr<Work>>;

/// A capture under way.
struct Capture {
  explicit Capture(CUstream origin) : origin(origin), streams{origin} {}

  CUstream origin;
  std::vector<CUstream> streams; ///< that have joined, the origin first
  WorkList nodes;
  bool isInvalid = false, isOver = false;
  std::shared_ptr<Work> collective = nullptr; ///< the start of the last one
  std::atomic<int> adding{0};                 ///< threads in calls that add to it
  std::atomic<bool> isMixed{false};           ///< there were two at once, which a graph is not made for
};

/// A thread in a call that may add to the capture of `stream`; begun before the call waits for others.
class Adding {
public:
  explicit Adding(CUstream stream);
  ~Adding();

private:
  std::shared_ptr<Capture> capture;
};

} // namespace shardrt::stub

/// A stream: its last work, in front of which all its other work is.
struct CUstream_st {
  shardrt::stub::WorkList tail;
  shardrt::stub::WorkList outside; ///< the tail from before the capture
  std::shared_ptr<shardrt::stub::Capture> capture;
};

struct CUevent_st {
  shardrt::stub::WorkList marked;
  std::shared_ptr<shardrt::stub::Capture> capture;
  bool isTimed = false;
  std::optional<std::chrono::steady_clock::time_point> passed; ///< of one that is timed
};

struct CUgraph_st {
  shardrt::stub::WorkList nodes; ///< each behind those that it is after
};

struct CUgraphExec_st {
  shardrt::stub::WorkList nodes;
};

namespace shardrt::stub {

CUresult record(CUevent event, CUstream stream);
CUresult wait(CUstream stream, CUevent event);
CUresult beginCapture(CUstream stream);
CUresult endCapture(CUstream stream, CUgraph *graph);
CUresult launch(CUgraphExec graph, CUstream stream);
/// Runs what the stream waits for. Once work has failed, everything does.
CUresult synchronize(CUstream stream);

} // namespace shardrt::stub
#endif
