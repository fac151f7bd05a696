//===- Work.cpp - Streams, events and graphs that run on the CPU ------------------------===//

#include "Work.h"
#include "Control.h"
#include "Memory.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

using namespace shardrt;
using namespace shardrt::stub;

/// Set once work has failed, as on a GPU.
static CUresult lastingError = CUDA_SUCCESS;

static void append(WorkList &list, const WorkList &added) {
  for (const auto &work : added)
    if (std::find(list.begin(), list.end(), work) == list.end())
      list.push_back(work);
}

/// Returns `tail` and all that it comes after and is not done.
static WorkList collect(const WorkList &tail) {
  WorkList found;
  std::set<Work *> seen;
  WorkList open = tail;
  while (!open.empty()) {
    auto work = open.back();
    open.pop_back();
    if (work->isDone || !seen.insert(work.get()).second)
      continue;
    found.push_back(work);
    open.insert(open.end(), work->after.begin(), work->after.end());
  }
  return found;
}

Adding::Adding(CUstream stream) : capture(stream->capture) {
  if (capture && capture->adding.fetch_add(1) > 0)
    capture->isMixed = true;
}
Adding::~Adding() {
  if (capture)
    capture->adding.fetch_sub(1);
}

/// Returns the work that has been put on the stream, or null where it cannot take it.
static std::shared_ptr<Work> put(CUstream stream, const char *name, std::function<bool()> run) {
  if (lastingError != CUDA_SUCCESS || (stream->capture && stream->capture->isInvalid))
    return nullptr;
  auto work = std::make_shared<Work>(Work{name, std::move(run), stream->tail});
  stream->tail = {work};
  if (stream->capture)
    stream->capture->nodes.push_back(work);
  return work;
}

bool stub::enqueue(CUstream_st *stream, const char *name, std::function<void()> run) {
  return put(stream, name, [run = std::move(run)] {
           static int64_t runs = 0;
           if (++runs == getSettings().stall)
             std::this_thread::sleep_for(std::chrono::hours(1));
           run();
           return true;
         }) != nullptr;
}

/// As many collectives may run at once as there is room for.
static int64_t collectivesRunning = 0;

bool stub::enqueueCollective(CUstream_st *stream, const char *name, bool isOrdered, std::function<bool()> start,
                             std::function<bool()> end) {
  auto takeRoom = [hasRoom = std::make_shared<bool>(false), start = std::move(start)] {
    if (!*hasRoom && getSettings().room && collectivesRunning >= getSettings().room)
      return false;
    collectivesRunning += !*hasRoom;
    *hasRoom = true;
    if (!start())
      return false;
    *hasRoom = false; // of the next run
    return true;
  };
  auto started = put(stream, name, std::move(takeRoom));
  if (started && stream->capture && isOrdered) {
    if (stream->capture->collective)
      append(started->after, {stream->capture->collective});
    stream->capture->collective = started;
  }
  return started && put(stream, name, [end = std::move(end)] {
           bool isOver = end();
           collectivesRunning -= isOver;
           return isOver;
         });
}

bool stub::isCapturing(CUstream_st *stream) {
  return stream->capture != nullptr;
}

CUresult stub::record(CUevent event, CUstream stream) {
  event->marked = stream->tail;
  event->capture = stream->capture;
  return lastingError;
}

CUresult stub::wait(CUstream stream, CUevent event) {
  if (event->capture && !event->capture->isOver && !stream->capture) {
    stream->outside = std::move(stream->tail);
    stream->tail.clear();
    stream->capture = event->capture;
    stream->capture->streams.push_back(stream);
  }
  if (stream->capture != event->capture)
    return CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
  append(stream->tail, event->marked);
  return lastingError;
}

CUresult stub::beginCapture(CUstream stream) {
  if (stream->capture)
    return CUDA_ERROR_ILLEGAL_STATE;
  stream->outside = std::move(stream->tail);
  stream->tail.clear();
  stream->capture = std::make_shared<Capture>(stream);
  return lastingError;
}

CUresult stub::endCapture(CUstream stream, CUgraph *graph) {
  *graph = nullptr;
  auto capture = stream->capture;
  if (!capture)
    return CUDA_ERROR_ILLEGAL_STATE;
  if (capture->origin != stream)
    return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
  size_t joined = collect(stream->tail).size();
  for (CUstream each : capture->streams) {
    each->tail = std::move(each->outside);
    each->outside.clear();
    each->capture = nullptr;
  }
  capture->isOver = true;
  if (capture->isMixed)
    fprintf(stderr, "stub: two threads added to a graph at once\n");
  if (capture->isInvalid || capture->isMixed)
    return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  if (joined != capture->nodes.size())
    return CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
  *graph = new CUgraph_st{capture->nodes};
  countLive(1);
  return lastingError;
}

CUresult stub::launch(CUgraphExec graph, CUstream stream) {
  if (stream->capture)
    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  std::map<Work *, std::shared_ptr<Work>> copies;
  std::set<Work *> followed;
  for (const auto &node : graph->nodes) {
    auto copy = std::make_shared<Work>(Work{node->name, node->run, node->after.empty() ? stream->tail : WorkList()});
    for (const auto &before : node->after) {
      copy->after.push_back(copies.at(before.get()));
      followed.insert(before.get());
    }
    copies[node.get()] = copy;
  }
  WorkList last;
  for (const auto &node : graph->nodes)
    if (!followed.count(node.get()))
      last.push_back(copies.at(node.get()));
  if (!last.empty())
    stream->tail = last;
  return lastingError;
}

/// Runs `works`, of which those that are not done come after none but each other, in an order that is drawn.
static void runAll(const WorkList &works) {
  static std::mt19937_64 random(static_cast<uint64_t>(getSettings().seed));
  std::map<Work *, int64_t> blocked;
  std::map<Work *, std::vector<Work *>> followers;
  std::vector<Work *> ready;
  for (const auto &work : works) {
    for (const auto &before : work->after)
      if (!before->isDone) {
        ++blocked[work.get()];
        followers[before.get()].push_back(work.get());
      }
    if (!blocked.count(work.get()))
      ready.push_back(work.get());
  }
  std::sort(ready.begin(), ready.end(), [&](Work *a, Work *b) { return a->name < b->name; });
  if (!ready.empty())
    std::this_thread::sleep_for(std::chrono::milliseconds(getSettings().delay));
  while (!ready.empty()) {
    std::swap(ready[random() % ready.size()], ready.back());
    Work *work = ready.back();
    if (!work->run()) {
      std::this_thread::sleep_for(std::chrono::microseconds(10));
      continue;
    }
    ready.pop_back();
    work->isDone = true;
    for (Work *follower : followers[work])
      if (--blocked[follower] == 0)
        ready.push_back(follower);
  }
  for (const auto &work : works)
    work->after.clear();
}

CUresult stub::synchronize(CUstream stream) {
  if (stream->capture) {
    stream->capture->isInvalid = true;
    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  }
  if (lastingError != CUDA_SUCCESS)
    return lastingError;
  WorkList works = collect(stream->tail);
  stream->tail.clear();
  Opened opened;
  try {
    runAll(works);
  } catch (const std::runtime_error &error) {
    fprintf(stderr, "stub: %s\n", error.what());
    lastingError = CUDA_ERROR_LAUNCH_FAILED;
  }
  return lastingError;
}
