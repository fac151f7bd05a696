//===- ProgramSummary.h - What a program needs and sends ---------------------------------------===//
#ifndef SHARDC_ANALYSIS_PROGRAMSUMMARY_H
#define SHARDC_ANALYSIS_PROGRAMSUMMARY_H

#include "shardc/Dialect/Exec/Exec.h"
#include <string>
#include <vector>

namespace shardc {

/// The figures of one rank and one step of a placed program; equal on all ranks.
struct ProgramSummary {
  struct Memory {
    std::optional<exec::MemoryKind> kind; ///< nothing for what alignment and gaps between buffers take
    int64_t bytes;                        ///< persistent kinds: their sum; others: their part of the heaviest moment

    /// Returns the name that reports give it, "gathered parameters".
    std::string getName() const;
  };
  struct Collective {
    exec::CollectiveKind kind;
    std::vector<std::string> axes; ///< the group's axes, major to minor
    int64_t count;                 ///< calls per step
    int64_t bytes;                 ///< sent per step by one rank, over all calls
    std::string cause;             ///< parameter or module, and plan rule; list indices as `*`
  };
  std::vector<Memory> memory;
  std::vector<Collective> collectives;
  /// Bytes of a micro batch's activations that the forward pass leaves for the backward pass.
  int64_t residualBytes = 0;
  int64_t arenaBytes = 0, persistentBytes = 0, lowerBoundBytes = 0;
  int64_t tasks = 0, kernels = 0, events = 0, flops = 0;
};

/// Reads the summary off a module after `place`.
mlir::FailureOr<ProgramSummary> summarizeProgram(mlir::ModuleOp module);

} // namespace shardc

#endif // SHARDC_ANALYSIS_PROGRAMSUMMARY_H
