//===- CommandLine.h - shardc's options --------------------------------------------------------===//
#ifndef SHARDC_LIB_DRIVER_COMMANDLINE_H
#define SHARDC_LIB_DRIVER_COMMANDLINE_H

#include "shardc/Pipelines/Pipelines.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>
#include <string>
#include <vector>

namespace shardc {

struct CommandLine {
  enum class Emit { Phase, LLVM, PTX, Program };
  enum class Report { None, Text, Json };

  bool helpRecipe = false; ///< print the keys of a recipe, and nothing else counts
  std::string model;
  std::string recipe;
  std::vector<std::string> overrides;
  Options::Target target;
  std::string output;
  /// Absent: the program, unless only a report was asked for.
  std::optional<Emit> emit;
  Phase phase = Phase::Import; ///< with Emit::Phase
  Report report = Report::None;
  bool remarks = false; ///< passes say what they decided, and why

  /// Returns the file that the program goes to.
  std::string programPath() const;
  bool isStandardInput() const { return model == "-"; }
  /// Returns true if MODEL is text of a phase.
  bool isModelText() const;
};

/// Parses a command line. Prints what is wrong to `errors` and returns nothing if something is.
std::optional<CommandLine> parseCommandLine(int argc, char **argv, llvm::raw_ostream &errors);

} // namespace shardc

#endif // SHARDC_LIB_DRIVER_COMMANDLINE_H
