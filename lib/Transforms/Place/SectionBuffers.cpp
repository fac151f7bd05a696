//===- SectionBuffers.cpp - The buffers of a section -------------------------------------------===//
#include "SectionBuffers.h"
#include "shardc/Interfaces/OpInterfaces.h"

using namespace mlir;
using namespace shardc;

SectionBuffers::SectionBuffers(exec::SectionOp section, const AliasQuery &aliases, const exec::StateOffsets &states)
    : section(section), aliases(aliases), states(states), values(section), order(section) {
  findOccupants();
  // Backwards, so that a chain of results in place is known from its end, its leader, which may be bound to a state.
  for (unsigned position = values.getNumTasks(); position-- > 0;)
    aliasOperands(values.getTask(position));
  buildBuffers();
}

void SectionBuffers::findOccupants() {
  llvm::DenseMap<exec::StateKey, SmallVector<Value, 2>> current;
  for (Operation &op : section.getBody().front()) {
    if (auto read = dyn_cast<exec::ReadOp>(op))
      current[read.getKey()].push_back(read.getResult());
    if (auto write = dyn_cast<exec::WriteOp>(op)) {
      SmallVector<Value, 2> &held = current[write.getKey()];
      occupants[write] = held;
      held = {rootOf(write.getValue())};
    }
  }
}

//=== ------------------------------------------------------------------------------------------===//
// In place
//=== ------------------------------------------------------------------------------------------===//

/// Returns true if the root value `operand` is not used after `task`, which may write result `result` over it.
bool SectionBuffers::diesIn(exec::TaskOpInterface task, unsigned result, Value operand) const {
  unsigned position = values.positionOf(task);
  ArrayRef<SectionValues::Use> uses = values.usesOf(operand);
  // The last use alone answers for most values that many tasks take.
  if (uses.back().position > position)
    return false;
  return llvm::all_of(uses, [&](const SectionValues::Use &use) {
    return use.position == position ? aliases.mayAlias(task, result, use.operand)
                                    : order.isBefore(use.position, position);
  });
}

/// Returns true if `value` may be computed where the state of `write` lies: all tasks on what lay there before are
/// over, or in place.
bool SectionBuffers::isStateFreeFor(exec::WriteOp write, OpResult value) const {
  unsigned position = values.positionOf(value.getOwner());
  return llvm::all_of(occupants.at(write), [&](Value occupant) {
    return llvm::all_of(values.usesOf(occupant), [&](const SectionValues::Use &use) {
      return use.position == position ? aliases.mayAlias(use.task, value.getResultNumber(), use.operand)
                                      : order.isBefore(use.position, position);
    });
  });
}

/// Lets each result take the bytes of an operand that dies in the task, if there is one.
void SectionBuffers::aliasOperands(exec::TaskOpInterface task) {
  for (auto [number, result] : llvm::enumerate(task->getResults())) {
    Value leader = leaderOf(result);
    exec::WriteOp write = values.writeOf(leader);
    for (auto [index, operand] : llvm::enumerate(task->getOperands())) {
      if (!aliases.mayAlias(task, number, index))
        continue;
      auto root = dyn_cast<OpResult>(rootOf(operand));
      if (!root || !isa<exec::TaskOpInterface>(root.getOwner()) || leaders.contains(root) || values.writeOf(root) ||
          bytesOf(root.getType()) != bytesOf(result.getType()) || !diesIn(task, number, root) ||
          (write && !isStateFreeFor(write, root)))
        continue;
      leaders[root] = leader;
      break;
    }
  }
}

//=== ------------------------------------------------------------------------------------------===//
// Buffers
//=== ------------------------------------------------------------------------------------------===//

/// Returns a buffer that begins with the task at `begin`; its end is still open.
ArenaBuffer SectionBuffers::makeBuffer(int64_t bytes, unsigned begin) const {
  ArenaBuffer buffer;
  buffer.bytes = alignBuffer(bytes);
  buffer.begin = buffer.end = begin;
  buffer.stream = order.streamOf(begin);
  return buffer;
}

void SectionBuffers::buildBuffers() {
  llvm::DenseMap<Value, unsigned> bufferOf;      // of leaders
  SmallVector<SmallVector<int64_t, 4>, 0> lasts; // for each buffer and stream the last task on it
  auto touch = [&](unsigned buffer, unsigned position) {
    int64_t &last = lasts[buffer][order.streamOf(position)];
    last = std::max<int64_t>(last, position);
    buffers[buffer].end = std::max(buffers[buffer].end, position);
  };
  auto open = [&](int64_t bytes, unsigned position) {
    buffers.push_back(makeBuffer(bytes, position));
    lasts.emplace_back(order.getNumStreams(), -1);
    touch(buffers.size() - 1, position);
    return buffers.size() - 1;
  };
  for (unsigned position = 0; position < values.getNumTasks(); ++position) {
    exec::TaskOpInterface task = values.getTask(position);
    for (Value result : task->getResults()) {
      Value leader = leaderOf(result);
      if (exec::WriteOp write = values.writeOf(leader)) {
        places[result] = {/*isState=*/true, *states.find(write, write.getKey())}; // declared, as verified
        continue;
      }
      auto [entry, isNew] = bufferOf.try_emplace(leader);
      if (isNew)
        entry->second = open(bytesOf(result.getType()), position);
      places[result] = {/*isState=*/false, entry->second};
      touch(entry->second, position);
      for (const SectionValues::Use &use : values.usesOf(result))
        touch(entry->second, use.position);
    }
    if (int64_t workspace = task.getWorkspaceBytes())
      workspaces[position] = open(workspace, position);
  }
  for (auto [buffer, last] : llvm::zip(buffers, lasts))
    for (unsigned stream = 0; stream < order.getNumStreams(); ++stream)
      buffer.release[stream] = order.firstAfter(last, stream);
}
