//===- Report.h - What a program needs, for people and for machines ----------------------------===//
#ifndef SHARDC_DRIVER_REPORT_H
#define SHARDC_DRIVER_REPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "shardc/Analysis/ProgramSummary.h"
#include "shardc/Driver/Recipe.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace shardc {

/// All that a report shows.
struct Report {
  std::string model;
  /// Elements of all parameters, tied ones once.
  int64_t parameters = 0;
  const Recipe &recipe;
  ProgramSummary summary;
  /// The same program with all activations kept, if this one recomputes some.
  std::optional<ProgramSummary> withoutCheckpointing;
};

void printReport(const Report &report, llvm::raw_ostream &os);
llvm::json::Value reportAsJson(const Report &report);

} // namespace shardc

#endif // SHARDC_DRIVER_REPORT_H
