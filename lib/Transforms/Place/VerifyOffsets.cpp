//===- VerifyOffsets.cpp - Checks the happens-before rule on a placed program ------------------===//
#include "shardc/Analysis/HappensBefore.h"
#include "shardc/Analysis/SectionValues.h"
#include "shardc/Interfaces/OpInterfaces.h"
#include "shardc/Transforms/Place/Passes.h"
#include <map>

namespace shardc {
#define GEN_PASS_DEF_VERIFYOFFSETSPASS
#include "shardc/Transforms/Place/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

struct Range {
  int64_t begin, end;
};

/// What holds some bytes: the initial content of a state, the result of a task, or a workspace.
struct Owner {
  Range range;
  std::optional<exec::StateKey> state;   ///< the state whose content it is
  std::optional<unsigned> writer;        ///< the task that wrote it
  SmallVector<unsigned, 4> tasks;        ///< all tasks on it so far, the writer too
  std::optional<unsigned> overwrittenBy; ///< the task that took some of its bytes
};

/// Replays a section in list order. `holders` maps each byte to its owner: a task that writes bytes takes them over,
/// and must come after all tasks on the old owner. List order is a legal serial order, so what holds pair by pair of
/// successive owners holds for all.
class PlacementReplay {
public:
  PlacementReplay(exec::SectionOp section, exec::ArenaOp arena, const AliasQuery &aliases)
      : section(section), arena(arena), aliases(aliases), order(section) {}

  LogicalResult run(ArrayRef<exec::StateOp> states);

private:
  LogicalResult addState(exec::StateOp state);
  LogicalResult visitRead(exec::ReadOp read);
  LogicalResult visitWrite(exec::WriteOp write);
  LogicalResult visitTask(exec::TaskOpInterface task);
  LogicalResult take(unsigned owner, unsigned position, unsigned operand);
  LogicalResult write(unsigned position, Range range, std::optional<unsigned> result);
  LogicalResult takeOver(unsigned old, const Owner &next, unsigned position, std::optional<unsigned> result);
  LogicalResult verifyStates();

  bool isInPlace(const Owner &old, const Owner &next, unsigned position, std::optional<unsigned> result);
  std::string describe(unsigned position) { return describeTask(order.getTask(position)); }
  InFlightDiagnostic emitError(unsigned position) { return order.getTask(position)->emitError(); }

  exec::SectionOp section;
  exec::ArenaOp arena;
  const AliasQuery &aliases;
  HappensBefore order;
  SmallVector<Owner, 0> owners;
  std::map<int64_t, std::pair<int64_t, unsigned>> holders; ///< begin -> end, owner; without overlaps
  llvm::DenseMap<Value, unsigned> ownerOf;                 ///< of root values
  llvm::DenseMap<exec::StateKey, Range> stateRanges;
};

} // namespace

static std::string describeState(exec::StateKey key) {
  return "state " + exec::describe(key);
}

LogicalResult PlacementReplay::run(ArrayRef<exec::StateOp> states) {
  for (exec::StateOp state : states)
    if (failed(addState(state)))
      return failure();
  for (Operation &op : section.getBody().front()) {
    LogicalResult result = success();
    if (auto read = dyn_cast<exec::ReadOp>(op))
      result = visitRead(read);
    else if (auto write = dyn_cast<exec::WriteOp>(op))
      result = visitWrite(write);
    else if (auto task = dyn_cast<exec::TaskOpInterface>(op))
      result = visitTask(task);
    if (failed(result))
      return failure();
  }
  return verifyStates();
}

//=== ------------------------------------------------------------------------------------------===//
// States
//=== ------------------------------------------------------------------------------------------===//

LogicalResult PlacementReplay::addState(exec::StateOp state) {
  if (!state.getOffset())
    return state.emitError("has no offset");
  int64_t offset = *state.getOffset();
  Range range{offset, offset + bytesOf(state.getType())};
  if (offset < 0 || range.end > static_cast<int64_t>(arena.getPersistent()))
    return state.emitError("does not lie in the persistent part of the arena");
  auto next = holders.lower_bound(range.begin);
  if ((next != holders.end() && next->first < range.end) ||
      (next != holders.begin() && std::prev(next)->second.first > range.begin))
    return state.emitError("shares bytes with another state");
  owners.push_back({range, state.getKey(), std::nullopt, {}, std::nullopt});
  holders[range.begin] = {range.end, owners.size() - 1};
  stateRanges[state.getKey()] = range;
  return success();
}

/// A read is another name of what lies in the state's bytes.
LogicalResult PlacementReplay::visitRead(exec::ReadOp read) {
  Range range = stateRanges.at(read.getKey());
  auto holder = holders.find(range.begin);
  unsigned owner = holder == holders.end() ? owners.size() : holder->second.second;
  if (owner == owners.size() || holder->second.first != range.end || owners[owner].state != read.getKey())
    return read.emitError(describeState(read.getKey())) << " is read, but its bytes hold something else";
  ownerOf[read.getResult()] = owner;
  return success();
}

LogicalResult PlacementReplay::visitWrite(exec::WriteOp write) {
  Owner &owner = owners[ownerOf.at(rootOf(write.getValue()))];
  Range range = stateRanges.at(write.getKey());
  if (owner.range.begin != range.begin || owner.range.end != range.end)
    return write.emitError(describeState(write.getKey()))
           << " lies at offset " << range.begin << ", but the value that is written to it lies at "
           << owner.range.begin;
  if (owner.overwrittenBy)
    return write.emitError(describeState(write.getKey()))
           << " is written, but " << describe(*owner.overwrittenBy) << " has overwritten its bytes";
  owner.state = write.getKey();
  return success();
}

/// At the end of a section each state is whole.
LogicalResult PlacementReplay::verifyStates() {
  for (auto &[begin, holder] : holders) {
    if (begin >= static_cast<int64_t>(arena.getPersistent()))
      break;
    Owner &owner = owners[holder.second];
    if (!owner.state)
      return emitError(*owner.writer) << describe(*owner.writer) << " overwrites persistent bytes at offset " << begin
                                      << " with a value that is not written to a state";
  }
  return success();
}

//=== ------------------------------------------------------------------------------------------===//
// Tasks
//=== ------------------------------------------------------------------------------------------===//

LogicalResult PlacementReplay::visitTask(exec::TaskOpInterface task) {
  unsigned position = order.positionOf(task);
  for (auto [number, operand] : llvm::enumerate(task->getOperands()))
    if (failed(take(ownerOf.at(rootOf(operand)), position, number)))
      return failure();
  ArrayRef<int64_t> offsets = task.getOffsets();
  if (offsets.size() != task->getNumResults())
    return task.emitError() << describeTask(task) << " must have an offset for each result";
  for (auto [number, result] : llvm::enumerate(task->getResults())) {
    Range range{offsets[number], offsets[number] + bytesOf(result.getType())};
    if (failed(write(position, range, number)))
      return failure();
    ownerOf[result] = owners.size() - 1;
  }
  int64_t workspace = task.getWorkspaceBytes();
  if (workspace == 0)
    return success();
  std::optional<int64_t> offset = task.getWorkspaceOffset();
  if (!offset)
    return task.emitError() << describeTask(task) << " must have an offset for its workspace";
  return write(position, {*offset, *offset + workspace}, std::nullopt);
}

/// The task at `position` takes what `owner` holds: it must be there still, and be finished.
LogicalResult PlacementReplay::take(unsigned owner, unsigned position, unsigned operand) {
  Owner &taken = owners[owner];
  if (taken.overwrittenBy)
    return emitError(position) << describe(position) << " takes bytes that " << describe(*taken.overwrittenBy)
                               << " has overwritten";
  if (taken.writer && !order.isBefore(*taken.writer, position))
    return emitError(position) << describe(position) << " takes what " << describe(*taken.writer)
                               << " writes, but nothing makes it wait for that";
  taken.tasks.push_back(position);
  return success();
}

/// The task at `position` writes `range`, its result `result` or its workspace.
LogicalResult PlacementReplay::write(unsigned position, Range range, std::optional<unsigned> result) {
  if (range.begin < 0 || range.end > static_cast<int64_t>(arena.getBytes()))
    return emitError(position) << describe(position) << " writes bytes " << range.begin << " to " << range.end
                               << ", which the arena of " << static_cast<int64_t>(arena.getBytes()) << " does not have";
  Owner next{range, std::nullopt, position, {position}, std::nullopt};
  auto first = holders.upper_bound(range.begin);
  if (first != holders.begin() && std::prev(first)->second.first > range.begin)
    --first;
  SmallVector<std::pair<int64_t, std::pair<int64_t, unsigned>>, 4> kept;
  auto last = first;
  for (; last != holders.end() && last->first < range.end; ++last) {
    auto [end, owner] = last->second;
    if (failed(takeOver(owner, next, position, result)))
      return failure();
    if (last->first < range.begin)
      kept.push_back({last->first, {range.begin, owner}});
    if (end > range.end)
      kept.push_back({range.end, {end, owner}});
  }
  holders.erase(first, last);
  holders.insert(kept.begin(), kept.end());
  holders[range.begin] = {range.end, owners.size()};
  owners.push_back(next);
  return success();
}

/// Returns true if the task at `position` writes `next` over `old`, an operand of its own, element by element.
bool PlacementReplay::isInPlace(const Owner &old, const Owner &next, unsigned position,
                                std::optional<unsigned> result) {
  exec::TaskOpInterface task = order.getTask(position);
  if (!result || old.range.begin != next.range.begin || old.range.end != next.range.end)
    return false;
  return llvm::all_of(llvm::enumerate(task->getOperands()), [&](auto entry) {
    return &owners[ownerOf.at(rootOf(entry.value()))] != &old || aliases.mayAlias(task, *result, entry.index());
  });
}

LogicalResult PlacementReplay::takeOver(unsigned old, const Owner &next, unsigned position,
                                        std::optional<unsigned> result) {
  Owner &owner = owners[old];
  for (unsigned task : owner.tasks) {
    if (task == position ? owner.writer != position && isInPlace(owner, next, position, result)
                         : order.isBefore(task, position))
      continue;
    return emitError(position) << describe(position) << " writes bytes " << next.range.begin << " to " << next.range.end
                               << ", which " << describe(task) << " may still use: nothing orders them";
  }
  if (owner.state && (owner.range.begin != next.range.begin || owner.range.end != next.range.end))
    return emitError(position) << describe(position) << " writes bytes " << next.range.begin << " to " << next.range.end
                               << ", some of which belong to " << describeState(*owner.state);
  owner.overwrittenBy = position;
  return success();
}

namespace {

struct VerifyOffsetsPass : shardc::impl::VerifyOffsetsPassBase<VerifyOffsetsPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto arenas = llvm::to_vector(module.getOps<exec::ArenaOp>());
    if (arenas.size() != 1) {
      module.emitError("a placed program has one exec.arena, got ") << arenas.size();
      return signalPassFailure();
    }
    AliasQuery aliases(module);
    auto states = llvm::to_vector(module.getOps<exec::StateOp>());
    for (auto section : module.getOps<exec::SectionOp>())
      if (failed(PlacementReplay(section, arenas.front(), aliases).run(states)))
        return signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
