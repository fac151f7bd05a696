//===- ScheduleStreams.cpp - Numbers tasks and collectives, and adds the waits -----------------===//
#include "shardc/Analysis/SectionValues.h"
#include "shardc/Transforms/Schedule/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/DebugLog.h"
#include "llvm/Support/InterleavedRange.h"

#define DEBUG_TYPE "shardc-schedule-streams"

namespace shardc {
#define GEN_PASS_DEF_SCHEDULESTREAMSPASS
#include "shardc/Transforms/Schedule/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

/// For each stream the end of a prefix of the tasks: those of the stream at positions below are over.
using Clock = SmallVector<unsigned, 4>;

/// Adds the waits of one section, task by task in list order. Of each task it keeps the clock: what is over when it
/// begins. A task waits for what it depends on and its clock does not hold yet.
class WaitBuilder {
public:
  explicit WaitBuilder(exec::SectionOp section) : section(section), values(section) {}

  void run();
  unsigned numEvents = 0;

private:
  /// What the bytes of a state hold.
  struct Occupant {
    std::optional<unsigned> writer;   ///< the task that wrote it in this section
    SmallVector<unsigned, 2> readers; ///< tasks that have taken it since
  };

  void numberStreams();
  void findReductionBounds();
  void visitTask(unsigned position);
  void dependOnOperands(unsigned position, SmallVectorImpl<unsigned> &needed);
  void dependOnStates(unsigned position, SmallVectorImpl<unsigned> &needed);
  void dependOnFreedGathers(unsigned position, SmallVectorImpl<unsigned> &needed);
  void addWaits(unsigned position, MutableArrayRef<unsigned> needed);

  bool isOn(unsigned position, exec::Stream stream) const { return values.getTask(position).getStream() == stream; }

  exec::SectionOp section;
  SectionValues values;
  llvm::MapVector<exec::Stream, unsigned> streamNumbers; ///< in order of first use
  SmallVector<unsigned, 0> streams;
  SmallVector<Clock, 0> clocks;
  SmallVector<std::optional<unsigned>, 4> previous; ///< last task of each stream so far
  llvm::MapVector<exec::StateKey, Occupant> states;
  SmallVector<unsigned> liveGathers;                  ///< gathers with results that are not dead yet
  llvm::DenseMap<unsigned, unsigned> reductionBounds; ///< task -> the reduction's task that it waits for
};

} // namespace

void WaitBuilder::numberStreams() {
  for (unsigned position = 0; position < values.getNumTasks(); ++position) {
    exec::Stream stream = values.getTask(position).getStream();
    streams.push_back(streamNumbers.insert({stream, streamNumbers.size()}).first->second);
  }
  previous.resize(streamNumbers.size());
}

/// The gradients of at most two reductions are in flight: what begins to compute those of the next waits for the last
/// but one.
void WaitBuilder::findReductionBounds() {
  SmallVector<unsigned> scatters;
  for (unsigned position = 0; position < values.getNumTasks(); ++position)
    if (auto collective = dyn_cast<exec::CollectiveOp>(values.getTask(position).getOperation()))
      if (collective.getKind() == exec::CollectiveKind::ReduceScatter && isOn(position, exec::Stream::Reduce))
        scatters.push_back(position);
  for (size_t i = 2; i < scatters.size(); ++i) {
    unsigned last = scatters[i - 2]; // its own additions follow it on the same stream
    for (unsigned position = last + 1; position < scatters[i - 1]; ++position)
      if (isOn(position, exec::Stream::Reduce))
        last = position;
    std::optional<unsigned> first;
    for (Value operand : values.getTask(scatters[i])->getOperands())
      if (Operation *producer = rootOf(operand).getDefiningOp(); producer && isa<exec::TaskOpInterface>(producer))
        if (unsigned position = values.positionOf(producer); position > last)
          first = std::min(first.value_or(position), position);
    if (first)
      reductionBounds[*first] = std::max(reductionBounds.lookup(*first), last);
  }
}

void WaitBuilder::run() {
  numberStreams();
  findReductionBounds();
  clocks.resize(streams.size());
  for (unsigned position = 0; position < streams.size(); ++position)
    visitTask(position);

  // The tasks are numbered by their positions, so that ids ascend in list order.
  Builder builder(section.getContext());
  bool inBackward = false;
  for (Operation &op : llvm::make_early_inc_range(section.getBody().front())) {
    if (auto phase = dyn_cast<exec::PhaseOp>(op)) {
      inBackward |= phase.getPhase() == exec::Phase::Backward;
      phase.erase();
    } else if (inBackward && isa<exec::TaskOpInterface>(op)) {
      section.setBackwardAttr(builder.getI64IntegerAttr(values.positionOf(&op)));
      inBackward = false;
    }
  }
}

void WaitBuilder::visitTask(unsigned position) {
  Clock &clock = clocks[position];
  std::optional<unsigned> &last = previous[streams[position]];
  if (last) {
    clock = clocks[*last];
    clock[streams[position]] = *last + 1;
  } else {
    clock.assign(streamNumbers.size(), 0);
  }
  last = position;

  SmallVector<unsigned> needed;
  dependOnOperands(position, needed);
  dependOnStates(position, needed);
  dependOnFreedGathers(position, needed);
  if (auto bound = reductionBounds.find(position); bound != reductionBounds.end())
    needed.push_back(bound->second);
  addWaits(position, needed);
}

void WaitBuilder::dependOnOperands(unsigned position, SmallVectorImpl<unsigned> &needed) {
  for (Value operand : values.getTask(position)->getOperands()) {
    Operation *producer = rootOf(operand).getDefiningOp();
    if (isa<exec::TaskOpInterface>(producer)) {
      needed.push_back(values.positionOf(producer));
      if (exec::WriteOp write = values.writeOf(rootOf(operand))) // it lies where the state does
        states[write.getKey()].readers.push_back(position);
      continue;
    }
    Occupant &state = states[cast<exec::ReadOp>(producer).getKey()];
    if (state.writer && *state.writer != position)
      needed.push_back(*state.writer);
    state.readers.push_back(position);
  }
}

/// A task that writes a state comes after all that took what it held.
void WaitBuilder::dependOnStates(unsigned position, SmallVectorImpl<unsigned> &needed) {
  for (Value result : values.getTask(position)->getResults()) {
    exec::WriteOp write = values.writeOf(result);
    if (!write)
      continue;
    Occupant &state = states[write.getKey()];
    llvm::copy_if(state.readers, std::back_inserter(needed), [&](unsigned reader) { return reader != position; });
    if (state.writer)
      needed.push_back(*state.writer);
    state = {position, {}};
  }
}

/// A gather, or a cast before it, takes the bytes of gathered parameters that are dead by then in list order: their
/// last uses must be over.
void WaitBuilder::dependOnFreedGathers(unsigned position, SmallVectorImpl<unsigned> &needed) {
  if (!isOn(position, exec::Stream::Gather))
    return;
  llvm::erase_if(liveGathers, [&](unsigned gather) {
    bool isDead = true;
    for (Value whole : values.getTask(gather)->getResults()) {
      ArrayRef<SectionValues::Use> uses = values.usesOf(whole);
      bool isOver = uses.empty() || uses.back().position < position;
      isDead &= isOver;
      if (isOver)
        for (const SectionValues::Use &use : uses)
          needed.push_back(use.position);
    }
    return isDead;
  });
  liveGathers.push_back(position);
}

/// Waits for the tasks of `needed` that are not known to be over: on each stream the last, and not if another wait
/// implies it.
void WaitBuilder::addWaits(unsigned position, MutableArrayRef<unsigned> needed) {
  Clock &clock = clocks[position];
  llvm::sort(needed, std::greater<>());
  SmallVector<int64_t> waits;
  for (unsigned task : needed) {
    if (task < clock[streams[task]])
      continue;
    waits.push_back(task);
    for (auto [mine, theirs] : llvm::zip(clock, clocks[task]))
      mine = std::max(mine, theirs);
    clock[streams[task]] = std::max(clock[streams[task]], task + 1);
  }
  llvm::sort(waits);
  numEvents += waits.size();
  LDBG() << "task " << position << " waits for " << llvm::interleaved_array(waits) << ": "
         << *values.getTask(position).getOperation();
  values.getTask(position).setOrder(position, waits);
}

namespace {

struct ScheduleStreamsPass : shardc::impl::ScheduleStreamsPassBase<ScheduleStreamsPass> {
  using Base::Base;

  void runOnOperation() override {
    int64_t index = 0;
    Builder builder(&getContext());
    for (auto section : getOperation().getOps<exec::SectionOp>()) {
      WaitBuilder waits(section);
      waits.run();
      numEvents += waits.numEvents;
      for (auto collective : section.getBody().front().getOps<exec::CollectiveOp>())
        collective.setIndexAttr(builder.getI64IntegerAttr(index++));
    }
  }
};

} // namespace
