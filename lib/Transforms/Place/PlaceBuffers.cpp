//===- PlaceBuffers.cpp - Gives every state and every buffer its offset ------------------------===//
#include "SectionBuffers.h"
#include "shardc/Interfaces/OpInterfaces.h"
#include "shardc/Transforms/Place/Passes.h"

namespace shardc {
#define GEN_PASS_DEF_PLACEBUFFERSPASS
#include "shardc/Transforms/Place/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

/// Gives each state its offset, in their order; returns where they end.
static int64_t placeStates(ModuleOp module) {
  Builder builder(module.getContext());
  int64_t end = 0;
  for (auto state : module.getOps<exec::StateOp>()) {
    state.setOffsetAttr(builder.getI64IntegerAttr(end));
    end = alignBuffer(end + bytesOf(state.getType()));
  }
  return end;
}

/// Writes the offsets of the results and the workspace of each task; those of buffers are behind `base`.
static void setOffsets(const SectionBuffers &buffers, const ArenaPlan &plan, int64_t base) {
  const SectionValues &values = buffers.getValues();
  for (unsigned position = 0; position < values.getNumTasks(); ++position) {
    exec::TaskOpInterface task = values.getTask(position);
    auto offsetOf = [&](SectionBuffers::Place place) {
      return place.isState ? place.number : base + plan.offsets[place.number];
    };
    SmallVector<int64_t> offsets =
        llvm::map_to_vector(task->getResults(), [&](Value result) { return offsetOf(buffers.placeOf(result)); });
    std::optional<int64_t> workspace;
    if (std::optional<unsigned> buffer = buffers.workspaceOf(position))
      workspace = base + plan.offsets[*buffer];
    task.setBytes(offsets, workspace);
  }
}

namespace {

struct PlaceBuffersPass : shardc::impl::PlaceBuffersPassBase<PlaceBuffersPass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    int64_t persistent = placeStates(module);
    exec::StateOffsets states(module);
    int64_t transient = 0, lowerBound = 0;
    AliasQuery aliases(module);
    for (auto section : module.getOps<exec::SectionOp>()) {
      SectionBuffers buffers(section, aliases, states);
      ArenaPlan plan = planArena(buffers.getBuffers());
      setOffsets(buffers, plan, persistent);
      transient = std::max(transient, plan.bytes);
      lowerBound = std::max(lowerBound, plan.lowerBound);
    }
    buildArena(persistent, transient, lowerBound);
  }

private:
  void buildArena(int64_t persistent, int64_t transient, int64_t lowerBound) {
    for (auto arena : llvm::make_early_inc_range(getOperation().getOps<exec::ArenaOp>()))
      arena.erase();
    // In front of the states that it holds.
    Block *body = getOperation().getBody();
    OpBuilder builder(getOperation().getContext());
    builder.setInsertionPoint(body,
                              llvm::find_if(*body, llvm::IsaPred<exec::StateOp, exec::KernelOp, exec::SectionOp>));
    exec::ArenaOp::create(builder, getOperation().getLoc(), builder.getI64IntegerAttr(persistent + transient),
                          builder.getI64IntegerAttr(persistent), builder.getI64IntegerAttr(persistent + lowerBound));
  }
};

} // namespace
