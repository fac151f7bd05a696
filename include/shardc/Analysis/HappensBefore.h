//===- HappensBefore.h - What streams and events order -----------------------------------------===//
//
// A section's tasks with a vector clock each: for every stream, how far it is known to be over when the task begins.
// Tasks are named by their position in the section's list, which is a legal serial order: what happens before a task
// stands before it.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_ANALYSIS_HAPPENSBEFORE_H
#define SHARDC_ANALYSIS_HAPPENSBEFORE_H

#include "shardc/Dialect/Exec/Exec.h"
#include "llvm/ADT/MapVector.h"

namespace shardc {

class HappensBefore {
public:
  /// Reads the streams and waits of all tasks.
  explicit HappensBefore(exec::SectionOp section);

  unsigned getNumTasks() const { return tasks.size(); }
  exec::TaskOpInterface getTask(unsigned position) const { return tasks[position]; }
  unsigned positionOf(mlir::Operation *task) const { return positions.lookup(task); }
  unsigned getNumStreams() const { return streamTasks.size(); }
  unsigned streamOf(unsigned position) const { return streams[position]; }
  /// Returns the positions of the tasks of a stream, ascending.
  llvm::ArrayRef<unsigned> tasksOf(unsigned stream) const { return streamTasks[stream]; }

  /// Tasks of `stream` at positions below the result are over when the task at `position` begins.
  unsigned clock(unsigned position, unsigned stream) const { return clocks[position * getNumStreams() + stream]; }
  /// Returns true if the task at `first` is over when that at `second` begins.
  bool isBefore(unsigned first, unsigned second) const { return first < clock(second, streams[first]); }
  /// Returns the first task of `stream` that begins after all tasks of `lasts`, one position for each stream and -1 for
  /// none, are over; the number of tasks if there is none.
  unsigned firstAfter(llvm::ArrayRef<int64_t> lasts, unsigned stream) const;

private:
  unsigned numberOf(exec::Stream stream);
  void setClock(unsigned position);

  llvm::SmallVector<exec::TaskOpInterface, 0> tasks;
  llvm::DenseMap<mlir::Operation *, unsigned> positions;
  llvm::DenseMap<int64_t, unsigned> positionOfId;
  llvm::SmallVector<unsigned, 0> streams;
  llvm::MapVector<exec::Stream, unsigned> streamNumbers; ///< in order of first use
  llvm::SmallVector<llvm::SmallVector<unsigned, 0>, 4> streamTasks;
  llvm::SmallVector<unsigned, 0> clocks;
};

/// Returns "task 12 (exec.launch @add_0)".
std::string describeTask(mlir::Operation *task);

} // namespace shardc

#endif // SHARDC_ANALYSIS_HAPPENSBEFORE_H
