//===- Recorder.cpp - The tasks of a section as a graph ----------------------------===//

#include "cuda/Recorder.h"

#include <algorithm>

using namespace shardrt;
using namespace shardrt::cuda;

/// More than any section has; a number beyond it is nonsense, and would ask for as many events.
static constexpr int32_t mostTasks = 1 << 24;

Recorder::Recorder(const Gpu &gpu, std::vector<std::string> names) : gpu(gpu) {
  for (std::string &name : names) {
    Stream &added = streams.emplace_back(Stream{std::move(name)});
    gpu.driver.check(gpu.driver.streamCreate(&added.stream, CU_STREAM_NON_BLOCKING), "making the stream \"{}\"", added.name);
    added.mark = createEvent();
  }
}

Recorder::~Recorder() {
  for (CUevent event : events)
    if (event)
      gpu.driver.eventDestroy(event);
  for (Stream &each : streams) {
    gpu.driver.eventDestroy(each.mark);
    gpu.driver.streamDestroy(each.stream);
  }
}

CUevent Recorder::createEvent() const {
  CUevent event = nullptr;
  gpu.driver.check(gpu.driver.eventCreate(&event, CU_EVENT_DISABLE_TIMING), "making an event");
  return event;
}

/// Modes stricter than relaxed refuse what cuBLASLt does while its calls are recorded: it loads its kernels when they are first
/// used.
void Recorder::begin() {
  hasEnded.assign(hasEnded.size(), false);
  for (Stream &each : streams)
    each.isJoined = false;
  gpu.driver.check(gpu.driver.streamBeginCapture(getMainStream(), CU_STREAM_CAPTURE_MODE_RELAXED),
                   "beginning a section's graph");
  isRecording = true;
  streams[0].isJoined = true;
  gpu.driver.check(gpu.driver.eventRecord(streams[0].mark, getMainStream()), "marking the begin of a section's graph");
}

void Recorder::join(Stream &joining) {
  if (joining.isJoined)
    return;
  gpu.driver.check(gpu.driver.streamWaitEvent(joining.stream, streams[0].mark, CU_EVENT_WAIT_DEFAULT),
                   "joining the stream \"{}\" to a section's graph", joining.name);
  joining.isJoined = true;
}

void Recorder::beginTask(int32_t number, int32_t onStream, std::span<const int32_t> waits) {
  if (!isRecording || task != none)
    fail(Exit::BadInput, "task {} begins {}", number,
         isRecording ? fmt::format("before task {} has ended", task) : "outside of a section");
  if (number < 0 || number >= mostTasks || onStream < 0 || onStream >= static_cast<int32_t>(streams.size()))
    fail(Exit::BadInput, "task {} begins on stream {}, the program has {} streams", number, onStream, streams.size());
  Stream &target = streams[static_cast<size_t>(onStream)];
  join(target);
  for (int32_t wait : waits) {
    if (wait < 0 || wait >= static_cast<int32_t>(hasEnded.size()) || !hasEnded[static_cast<size_t>(wait)])
      fail(Exit::BadInput, "task {} waits for task {}, which has not ended as one that is awaited", number, wait);
    gpu.driver.check(gpu.driver.streamWaitEvent(target.stream, events[static_cast<size_t>(wait)], CU_EVENT_WAIT_DEFAULT),
                     "making task {} wait for task {}", number, wait);
  }
  task = number;
  stream = onStream;
}

void Recorder::endTask(int32_t number, bool isAwaited) {
  if (task == none || number != task)
    fail(Exit::BadInput, "task {} ends, {}", number,
         task == none ? "none is under way" : fmt::format("task {} is under way", task));
  if (isAwaited) {
    auto index = static_cast<size_t>(number);
    events.resize(std::max(events.size(), index + 1));
    hasEnded.resize(events.size());
    if (!events[index])
      events[index] = createEvent();
    gpu.driver.check(gpu.driver.eventRecord(events[index], getStream()), "marking the end of task {}", number);
    hasEnded[index] = true;
  }
  task = none;
}

CUstream Recorder::getStream() const {
  if (task == none)
    fail(Exit::BadInput, "a section calls the runtime outside of a task");
  return streams[static_cast<size_t>(stream)].stream;
}

CUgraph Recorder::end() {
  if (task != none)
    fail(Exit::BadInput, "a section ends before its task {}", task);
  for (Stream &each : streams)
    if (each.isJoined && &each != &streams[0]) {
      gpu.driver.check(gpu.driver.eventRecord(each.mark, each.stream), "marking the end of the stream \"{}\"", each.name);
      gpu.driver.check(gpu.driver.streamWaitEvent(getMainStream(), each.mark, CU_EVENT_WAIT_DEFAULT),
                       "waiting for the end of the stream \"{}\"", each.name);
    }
  isRecording = false;
  CUgraph graph = nullptr;
  gpu.driver.check(gpu.driver.streamEndCapture(getMainStream(), &graph), "ending a section's graph");
  return graph;
}

void Recorder::abort() {
  task = none;
  if (!isRecording)
    return;
  isRecording = false;
  CUgraph graph = nullptr;
  gpu.driver.streamEndCapture(getMainStream(), &graph);
  if (graph)
    gpu.driver.graphDestroy(graph);
}
