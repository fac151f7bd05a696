//===- Recorder.cpp - One rank's tasks in the capture of a section ------------------===//

#include "cuda/Recorder.h"

#include <algorithm>

using namespace shardrt;
using namespace shardrt::cuda;

/// More than any section has; a number beyond it is nonsense, and would ask for as many events.
static constexpr int32_t mostTasks = 1 << 24;

Recorder::Recorder(const Gpu &gpu, Capture &capture, std::vector<std::string> names) : gpu(gpu), capture(capture) {
  for (std::string &name : names) {
    Stream &added = streams.emplace_back(Stream{std::move(name)});
    create(added);
  }
}

void Recorder::create(Stream &stream) const {
  gpu.driver.check(gpu.driver.streamCreate(&stream.stream, CU_STREAM_NON_BLOCKING), "making the stream \"{}\"",
                   stream.name);
  stream.mark = gpu.createEvent();
}

/// A capture that is still under way has failed: it ends before streams that take part in it go.
Recorder::~Recorder() {
  capture.abort();
  for (CUevent event : events)
    if (event)
      gpu.driver.eventDestroy(event);
  if (side.stream)
    streams.push_back(side);
  for (Stream &each : streams) {
    gpu.driver.eventDestroy(each.mark);
    gpu.driver.streamDestroy(each.stream);
  }
}

void Recorder::begin() {
  failure.reset();
  task = none;
  hasEnded.assign(hasEnded.size(), false);
  for (Stream &each : streams)
    each.isForked = false;
  side.isForked = false;
}

CUstream Recorder::forkSideStream(CUevent after) {
  if (!side.stream)
    create(side);
  gpu.driver.check(gpu.driver.streamWaitEvent(side.stream, after, CU_EVENT_WAIT_DEFAULT),
                   "making the stream \"{}\" wait", side.name);
  side.isForked = true;
  return side.stream;
}

void Recorder::fork(Stream &forking) {
  if (forking.isForked)
    return;
  gpu.driver.check(gpu.driver.streamWaitEvent(forking.stream, capture.getFork(), CU_EVENT_WAIT_DEFAULT),
                   "joining the stream \"{}\" to a section's graph", forking.name);
  forking.isForked = true;
}

void Recorder::beginTask(int32_t number, int32_t onStream, std::span<const int32_t> waits) {
  if (task != none)
    fail(Exit::BadInput, "task {} begins before task {} has ended", number, task);
  if (number < 0 || number >= mostTasks || onStream < 0 || onStream >= static_cast<int32_t>(streams.size()))
    fail(Exit::BadInput, "task {} begins on stream {}, the program has {} streams", number, onStream, streams.size());
  Stream &target = streams[static_cast<size_t>(onStream)];
  fork(target);
  for (int32_t wait : waits) {
    if (wait < 0 || wait >= static_cast<int32_t>(hasEnded.size()) || !hasEnded[static_cast<size_t>(wait)])
      fail(Exit::BadInput, "task {} waits for task {}, which has not ended as one that is awaited", number, wait);
    gpu.driver.check(
        gpu.driver.streamWaitEvent(target.stream, events[static_cast<size_t>(wait)], CU_EVENT_WAIT_DEFAULT),
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
      events[index] = gpu.createEvent();
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

void Recorder::end() {
  if (task != none)
    fail(Exit::BadInput, "a section ends before its task {}", task);
  for (const Stream &each : streams)
    join(each);
  join(side);
}

void Recorder::join(const Stream &joining) const {
  if (!joining.isForked)
    return;
  gpu.driver.check(gpu.driver.eventRecord(joining.mark, joining.stream), "marking the end of the stream \"{}\"",
                   joining.name);
  gpu.driver.check(gpu.driver.streamWaitEvent(capture.getStream(), joining.mark, CU_EVENT_WAIT_DEFAULT),
                   "waiting for the end of the stream \"{}\"", joining.name);
}
