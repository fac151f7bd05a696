//===- CollectiveMarks.cpp - How far a GPU has come in its collectives --------------===//

#include "cuda/CollectiveMarks.h"
#include "cuda/KernelArguments.h"

#include <algorithm>

using namespace shardrt;
using namespace shardrt::cuda;

CollectiveMarks::CollectiveMarks(SharedGpu &shared, Recorder &recorder)
    : shared(shared), recorder(recorder), ready(shared.gpu.createEvent()), done(shared.gpu.createEvent()) {
  void *memory = nullptr;
  shared.driver.check(shared.driver.memHostAlloc(&memory, sizeof *counter, CU_MEMHOSTALLOC_DEVICEMAP),
                      "allocating {} bytes of page-locked memory", sizeof *counter);
  counter = static_cast<uint32_t *>(memory);
  *counter = 0;
}

CollectiveMarks::~CollectiveMarks() {
  shared.driver.memFreeHost(counter);
  shared.driver.eventDestroy(ready);
  shared.driver.eventDestroy(done);
}

void CollectiveMarks::beginSection(const void *key) {
  recorded = &sections[key];
  recorded->clear();
  hasEarlier = false;
}

/// Page-locked memory has one address for host and GPU.
void CollectiveMarks::count(CUevent after) {
  CUstream stream = recorder.forkSideStream(after);
  const uint64_t arguments[] = {toArgument(counter)};
  shared.ownKernels.launch({"CountUp", "count_up", 1, 1, 0, arguments}, stream);
}

void CollectiveMarks::enter(const shardrt_collective_desc &desc, const std::string &axes) {
  const Driver &driver = shared.driver;
  CUstream stream = recorder.getStream();
  if (hasEarlier)
    driver.check(driver.streamWaitEvent(stream, ready, CU_EVENT_WAIT_DEFAULT), "putting collectives into order");
  hasEarlier = true;
  driver.check(driver.eventRecord(ready, stream), "marking the begin of a collective");
  count(ready);
  recorded->push_back({desc.kind, desc.index, fmt::format("along {}: {}", axes, desc.cause ? desc.cause : "no cause")});
}

void CollectiveMarks::leave() {
  shared.driver.check(shared.driver.eventRecord(done, recorder.getStream()), "marking the end of a collective");
  count(done);
}

void CollectiveMarks::launchSection(const void *key) {
  auto found = sections.find(key);
  if (found == sections.end())
    return;
  std::lock_guard lock(mutex);
  launches[launched++ % launches.size()] = {collectives, &found->second};
  collectives += found->second.size();
}

/// A counter that has gone round is put right by what has been launched: that is never 2^31 collectives ahead.
void CollectiveMarks::addTo(ProgressSnapshot &snapshot) const {
  std::lock_guard lock(mutex);
  auto behind = static_cast<uint32_t>(2 * collectives) - std::atomic_ref(*counter).load(std::memory_order_relaxed);
  uint64_t count = 2 * collectives - behind, entered = (count + 1) / 2;
  snapshot.activity += count;
  snapshot.entered += entered;
  if (snapshot.inside || entered == 0)
    return;
  bool isInside = count % 2 == 1;
  uint64_t oldest = launched - std::min<uint64_t>(launched, launches.size());
  for (uint64_t n = launched; n-- > oldest;) {
    const Launch &launch = launches[n % launches.size()];
    if (launch.before >= entered)
      continue;
    if (entered - launch.before > launch.marks->size())
      return;
    const Mark &mark = (*launch.marks)[entered - launch.before - 1];
    if (!isInside && behind == 0)
      return; // the host's own collectives came after the last of these
    snapshot.inside = isInside;
    snapshot.kind = mark.kind;
    snapshot.index = mark.index;
    strncpy(snapshot.cause, mark.cause.c_str(), sizeof snapshot.cause - 1);
    snapshot.cause[sizeof snapshot.cause - 1] = '\0';
    return;
  }
}
