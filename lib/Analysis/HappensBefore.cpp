//===- HappensBefore.cpp - What streams and events order ---------------------------------------===//
#include "shardc/Analysis/HappensBefore.h"

using namespace mlir;
using namespace shardc;

HappensBefore::HappensBefore(exec::SectionOp section) {
  for (auto task : section.getBody().front().getOps<exec::TaskOpInterface>()) {
    unsigned position = tasks.size();
    positions[task] = position;
    if (std::optional<int64_t> id = task.getTaskId())
      positionOfId[*id] = position;
    streams.push_back(numberOf(task.getStream()));
    streamTasks[streams.back()].push_back(position);
    tasks.push_back(task);
  }
  clocks.resize(tasks.size() * getNumStreams());
  SmallVector<int64_t> previous(getNumStreams(), -1);
  for (unsigned position = 0; position < tasks.size(); ++position) {
    unsigned stream = streams[position];
    if (previous[stream] >= 0) {
      std::copy_n(&clocks[previous[stream] * getNumStreams()], getNumStreams(), &clocks[position * getNumStreams()]);
      clocks[position * getNumStreams() + stream] = previous[stream] + 1;
    }
    setClock(position);
    previous[stream] = position;
  }
}

unsigned HappensBefore::numberOf(exec::Stream stream) {
  auto [entry, isNew] = streamNumbers.insert({stream, streamNumbers.size()});
  if (isNew)
    streamTasks.emplace_back();
  return entry->second;
}

/// Merges the clocks of the tasks that the one at `position` waits for.
void HappensBefore::setClock(unsigned position) {
  unsigned numStreams = getNumStreams();
  unsigned *mine = &clocks[position * numStreams];
  for (int64_t id : tasks[position].getWaits()) {
    unsigned waited = positionOfId.lookup(id);
    for (unsigned stream = 0; stream < numStreams; ++stream)
      mine[stream] = std::max(mine[stream], clock(waited, stream));
    mine[streams[waited]] = std::max(mine[streams[waited]], waited + 1);
  }
}

unsigned HappensBefore::firstAfter(ArrayRef<int64_t> lasts, unsigned stream) const {
  // Clocks grow along a stream, so that the tasks which begin too early are a prefix of it.
  auto isTooEarly = [&](unsigned position) {
    for (unsigned other = 0; other < lasts.size(); ++other)
      if (lasts[other] >= static_cast<int64_t>(clock(position, other)))
        return true;
    return false;
  };
  ArrayRef<unsigned> own = streamTasks[stream];
  auto *found = llvm::partition_point(own, isTooEarly);
  return found == own.end() ? tasks.size() : *found;
}

std::string shardc::describeTask(Operation *task) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "task ";
  if (std::optional<int64_t> id = cast<exec::TaskOpInterface>(task).getTaskId())
    os << *id << ' ';
  os << '(' << task->getName();
  if (auto launch = dyn_cast<exec::LaunchOp>(task))
    os << " @" << launch.getKernel();
  if (auto call = dyn_cast<exec::CallOp>(task))
    os << " \"" << call.getFunction() << '"';
  if (auto collective = dyn_cast<exec::CollectiveOp>(task))
    os << ' ' << stringifyCollectiveKind(collective.getKind()) << " \"" << collective.getCause() << '"';
  os << ')';
  return text;
}
