//===- Section.cpp - exec.state and exec.section -----------------------------------------------===//
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Interfaces/OpInterfaces.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::exec;

std::string exec::describe(StateKey key) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << key.first;
  if (key.second)
    os << '[' << key.second << ']';
  return text;
}

StateOffsets::StateOffsets(ModuleOp program) {
  for (auto state : program.getOps<StateOp>())
    if (std::optional<uint64_t> offset = state.getOffset())
      offsets[state.getKey()] = static_cast<int64_t>(*offset);
}

FailureOr<int64_t> StateOffsets::find(Operation *op, StateKey key) const {
  auto found = offsets.find(key);
  if (found != offsets.end())
    return found->second;
  return op->emitOpError("the state ") << exec::describe(key) << " has no offset";
}

//=== ------------------------------------------------------------------------------------------===//
// exec.state
//=== ------------------------------------------------------------------------------------------===//

LogicalResult StateOp::verify() {
  // The first of a run of states checks all of the module, so that the whole takes linear time.
  if (isa_and_present<StateOp>((*this)->getPrevNode()))
    return success();
  llvm::DenseMap<StateKey, StateOp> states;
  for (auto state : (*this)->getBlock()->getOps<StateOp>()) {
    auto [entry, isNew] = states.try_emplace(state.getKey(), state);
    if (isNew)
      continue;
    InFlightDiagnostic diag = state.emitOpError("there are two states ") << describe(state.getKey()); // C1
    diag.attachNote(entry->second.getLoc()) << "the other is here";
    return diag;
  }
  return success();
}

//=== ------------------------------------------------------------------------------------------===//
// exec.section
//=== ------------------------------------------------------------------------------------------===//

/// Verifies that ids ascend and that waits name earlier tasks.
static LogicalResult verifyTasks(SectionOp section) {
  llvm::DenseSet<int64_t> earlier;
  std::optional<int64_t> last;
  for (auto task : section.getBody().front().getOps<TaskOpInterface>()) {
    std::optional<int64_t> id = task.getTaskId();
    if (id && last && *id <= *last) // C1
      return task.emitOpError("task ids must ascend, got ") << *id << " after " << *last;
    for (int64_t wait : task.getWaits())
      if (!earlier.contains(wait)) // C2
        return task.emitOpError("waits for task ") << wait << ", which is no earlier task of the section";
    if (!id)
      continue;
    last = id;
    earlier.insert(*id);
  }
  return success();
}

/// Verifies that a state which is read or written exists and has as many bytes.
static LogicalResult verifyStates(SectionOp section) {
  llvm::DenseMap<StateKey, StateOp> states;
  for (auto state : section->getBlock()->getOps<StateOp>())
    states[state.getKey()] = state;
  auto verify = [&](Operation *op, StateKey key, Value value) -> LogicalResult { // C3
    StateOp state = states.lookup(key);
    if (!state)
      return op->emitOpError("there is no state ") << describe(key);
    if (bytesOf(state.getType()) == bytesOf(value.getType()))
      return success();
    InFlightDiagnostic diag = op->emitOpError("must have the bytes of the state, ")
                              << bytesOf(state.getType()) << ", got " << bytesOf(value.getType());
    diag.attachNote(state.getLoc()) << "state declared here";
    return diag;
  };
  for (Operation &op : section.getBody().front()) {
    if (auto read = dyn_cast<ReadOp>(op); read && failed(verify(read, read.getKey(), read.getResult())))
      return failure();
    if (auto write = dyn_cast<WriteOp>(op); write && failed(verify(write, write.getKey(), write.getValue())))
      return failure();
  }
  return success();
}

LogicalResult SectionOp::verifyRegions() {
  return failure(failed(verifyTasks(*this)) || failed(verifyStates(*this)));
}
