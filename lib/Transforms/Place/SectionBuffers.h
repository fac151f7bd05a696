//===- SectionBuffers.h - The buffers of a section ---------------------------------------------===//
//
// Values that share bytes for good are one buffer: those that lie where a state does, and chains of results in place of
// operands that die in the task. What is left is planned by lifetime.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_PLACE_SECTIONBUFFERS_H
#define SHARDC_LIB_TRANSFORMS_PLACE_SECTIONBUFFERS_H

#include "shardc/Analysis/ArenaPlanner.h"
#include "shardc/Analysis/HappensBefore.h"
#include "shardc/Analysis/SectionValues.h"

namespace shardc {

/// Rounds up to the alignment of states and buffers.
inline int64_t alignBuffer(int64_t bytes) {
  return llvm::alignTo(bytes, 256);
}

static_assert(maxStreams > exec::getMaxEnumValForStream(), "a buffer has a release on every stream");

class SectionBuffers {
public:
  SectionBuffers(exec::SectionOp section, const AliasQuery &aliases, const exec::StateOffsets &states);

  /// Where a value lies: at an offset that is a state's, or in a buffer.
  struct Place {
    bool isState = false;
    int64_t number = 0; ///< the offset, or the index of the buffer
  };
  /// Returns the place of a task's result.
  Place placeOf(mlir::Value result) const { return places.at(result); }
  /// Returns the buffer of the workspace of the task at `position`.
  std::optional<unsigned> workspaceOf(unsigned position) const {
    auto found = workspaces.find(position);
    return found == workspaces.end() ? std::nullopt : std::optional<unsigned>(found->second);
  }
  llvm::ArrayRef<ArenaBuffer> getBuffers() const { return buffers; }
  const SectionValues &getValues() const { return values; }
  const HappensBefore &getOrder() const { return order; }

private:
  void findOccupants();
  void aliasOperands(exec::TaskOpInterface task);
  bool diesIn(exec::TaskOpInterface task, unsigned result, mlir::Value operand) const;
  bool isStateFreeFor(exec::WriteOp write, mlir::OpResult value) const;
  /// Returns the last of the results that take the bytes of `value` over, or the value itself.
  mlir::Value leaderOf(mlir::Value value) const {
    mlir::Value leader = leaders.lookup(value);
    return leader ? leader : value;
  }
  void buildBuffers();
  ArenaBuffer makeBuffer(int64_t bytes, unsigned begin) const;

  exec::SectionOp section;
  const AliasQuery &aliases;
  const exec::StateOffsets &states;
  SectionValues values;
  HappensBefore order;
  /// For each write the values that have lain in the state's bytes before.
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value, 2>> occupants;
  /// For a value whose bytes a result takes over the last result of that chain.
  llvm::DenseMap<mlir::Value, mlir::Value> leaders;
  llvm::DenseMap<mlir::Value, Place> places;
  llvm::DenseMap<unsigned, unsigned> workspaces;
  llvm::SmallVector<ArenaBuffer, 0> buffers;
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_PLACE_SECTIONBUFFERS_H
