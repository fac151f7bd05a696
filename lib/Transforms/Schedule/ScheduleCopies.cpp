//===- ScheduleCopies.cpp - Copies where a written value cannot be computed in place -----------===//
#include "mlir/IR/Remarks.h"
#include "shardc/Analysis/HappensBefore.h"
#include "shardc/Analysis/SectionValues.h"
#include "shardc/Interfaces/OpInterfaces.h"
#include "shardc/Transforms/Schedule/Passes.h"

namespace shardc {
#define GEN_PASS_DEF_SCHEDULECOPIESPASS
#include "shardc/Transforms/Schedule/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

/// Goes through the writes of one section in list order. A state's occupants are the values that have lain in its bytes
/// so far: what was read of it, and what was written to it. The task that computes a new one must come after all tasks
/// on them.
class WriteBinder {
public:
  WriteBinder(exec::SectionOp section, const AliasQuery &aliases)
      : section(section), aliases(aliases), values(section) {}

  LogicalResult run() {
    for (Operation &op : llvm::make_early_inc_range(section.getBody().front())) {
      if (isa<exec::TaskOpInterface>(op))
        ++numTasksBefore;
      if (auto read = dyn_cast<exec::ReadOp>(op))
        occupants[read.getKey()].push_back(read.getResult());
      if (auto write = dyn_cast<exec::WriteOp>(op); write && failed(bind(write)))
        return failure();
    }
    return success();
  }
  unsigned numCopies = 0;

private:
  LogicalResult bind(exec::WriteOp write) {
    Value root = rootOf(write.getValue());
    auto read = root.getDefiningOp<exec::ReadOp>();
    if (read && read.getKey() == write.getKey() && occupants[write.getKey()].back() == root) { // what it holds already
      write.erase();
      return success();
    }
    for (Value occupant :
         occupants[write.getKey()]) // whatever computes the new value, the old one must not be needed after it
      for (const SectionValues::Use &use : values.usesOf(occupant))
        if (use.position >= numTasksBefore)
          return emitLateUse(write, use.task);
    if (StringRef reason = whyCopied(write, root); !reason.empty())
      root = insertCopy(write, reason);
    occupants[write.getKey()] = {root};
    return success();
  }

  /// Returns why `root` cannot be computed where the state of `write` lies; nothing if it can.
  StringRef whyCopied(exec::WriteOp write, Value root) {
    if (root.getDefiningOp<exec::ReadOp>())
      return "the value is what another state holds";
    if (!bound.insert(root).second)
      return "the value is written to another state too";
    if (bytesOf(root.getType()) != bytesOf(write.getValue().getType()))
      return "the value is part of a larger one";
    if (!isFreeBefore(write.getKey(), cast<OpResult>(root)))
      return "what the state holds is still needed when the value is computed";
    return "";
  }

  LogicalResult emitLateUse(exec::WriteOp write, Operation *task) {
    InFlightDiagnostic diag = task->emitError() << describeTask(task) << " reads a state that has been written by then";
    diag.attachNote(write.getLoc()) << exec::describe(write.getKey()) << " is written here";
    return diag;
  }

  /// Returns true if all uses of the state's occupants come before the task that computes `result`, or are in place in
  /// it.
  bool isFreeBefore(exec::StateKey key, OpResult result) {
    unsigned definition = values.positionOf(result.getOwner());
    return llvm::all_of(occupants[key], [&](Value occupant) {
      return llvm::all_of(values.usesOf(occupant), [&](const SectionValues::Use &use) {
        if (use.position == definition)
          return aliases.mayAlias(use.task, result.getResultNumber(), use.operand);
        return use.position < definition;
      });
    });
  }

  Value insertCopy(exec::WriteOp write, StringRef reason) {
    remark::analysis(write.getLoc(), remark::RemarkOpts::name("copy").category("schedule"))
        << remark::add("{0} is written by a copy: {1}", exec::describe(write.getKey()), reason.str());
    OpBuilder builder(write);
    Value value = write.getValue();
    auto copy = exec::CopyOp::create(builder, write.getLoc(), value);
    write.getValueMutable().assign(copy.getOutputs()[0]);
    ++numCopies;
    return copy.getOutputs()[0];
  }

  exec::SectionOp section;
  const AliasQuery &aliases;
  SectionValues values; ///< as they were before copies were inserted: these have no uses by tasks
  unsigned numTasksBefore = 0;
  llvm::DenseMap<exec::StateKey, SmallVector<Value, 2>> occupants;
  llvm::DenseSet<Value> bound;
};

struct ScheduleCopiesPass : shardc::impl::ScheduleCopiesPassBase<ScheduleCopiesPass> {
  using Base::Base;

  void runOnOperation() override {
    AliasQuery aliases(getOperation()->getParentOfType<ModuleOp>());
    WriteBinder binder(getOperation(), aliases);
    if (failed(binder.run()))
      return signalPassFailure();
    numCopies += binder.numCopies;
  }
};

} // namespace
