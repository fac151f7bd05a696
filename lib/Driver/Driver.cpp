//===- Driver.cpp - The compiler as a command --------------------------------------------------===//

#include "shardc/Driver/Driver.h"
#include "CommandLine.h"
#include "DiagnosticPrinter.h"
#include "Output.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Driver/Recipe.h"
#include "shardc/Driver/Report.h"
#include "shardc/Import/Import.h"
#include "shardc/Target/Codegen.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/PrettyStackTrace.h"

using namespace mlir;

namespace shardc {
namespace {

constexpr Phase compiledPhases[] = {Phase::Plan,  Phase::Partition, Phase::Differentiate,
                                    Phase::Group, Phase::Schedule,  Phase::Place};

/// One compilation, from MODEL to what was asked for. Each step returns an exit code.
class Compilation {
public:
  Compilation(const CommandLine &line, MLIRContext &context) : line(line), context(context) {}

  int run();

private:
  int loadModel();
  int setTarget();
  int checkTokenShape(TokenShape tokens);
  int runPhases();
  int runPhase(Phase phase, ModuleOp module);
  int summarizeWithoutCheckpointing(std::optional<ProgramSummary> &summary);
  int emitText(llvm::function_ref<LogicalResult(llvm::raw_ostream &)> print);
  int emitPhase();
  int emitProgram();
  int printTheReport();

  bool emits(CommandLine::Emit what) const { return line.emit == what; }
  bool wantsReport() const { return line.report != CommandLine::Report::None; }
  /// A program is written unless something else, and nothing more, was asked for.
  bool wantsCode() const {
    if (!line.emit)
      return !wantsReport() || !line.output.empty();
    return *line.emit != CommandLine::Emit::Phase || line.phase == Phase::Codegen;
  }

  const CommandLine &line;
  MLIRContext &context;
  Recipe recipe;
  OwningOpRef<ModuleOp> module;
  /// The model as it is before the phases, where a report tells the effect of checkpointing.
  OwningOpRef<ModuleOp> model;
  int64_t parameters = 0;
};

int exitCodeOf(WriteResult result) {
  switch (result) {
  case WriteResult::Done:
    return ExitDone;
  case WriteResult::ProducerFailed:
    return ExitCompile;
  case WriteResult::DiskFailed:
    return ExitDisk;
  }
  return ExitDisk;
}

int Compilation::run() {
  FailureOr<Recipe> loaded = loadRecipe(line.recipe, line.overrides, line.target.kind, /*base=*/nullptr, context);
  if (failed(loaded))
    return ExitUsage;
  recipe = std::move(*loaded);
  if (int code = loadModel())
    return code;
  if (int code = setTarget())
    return code;
  parameters = countParameters(*module);
  if (emits(CommandLine::Emit::Phase) && line.phase == Phase::Import) {
    if (int code = emitPhase())
      return code;
    if (!wantsReport())
      return ExitDone;
  }
  if (failed(applyPlan(*module, recipe)) || failed(dist::setSettings(*module, recipe.values)))
    return ExitUsage;
  if (wantsReport() && recipe.values.activationCheckpointing != dist::ActivationCheckpointing())
    model = module->clone();
  return runPhases();
}

int Compilation::loadModel() {
  Location unknown = UnknownLoc::get(&context);
  if (std::error_code error = llvm::sys::fs::access(line.model, llvm::sys::fs::AccessMode::Exist)) {
    emitError(unknown) << "cannot read MODEL " << line.model << ": " << error.message();
    return ExitInput;
  }
  if (!line.isModelText()) {
    FailureOr<OwningOpRef<ModuleOp>> imported = importModel(line.model, context,
                                                            {.globalBatch = recipe.values.globalBatch,
                                                             .sequenceLength = recipe.values.sequenceLength,
                                                             .overrides = recipe.modelOverrides});
    if (failed(imported))
      return ExitInput;
    module = std::move(*imported);
    return ExitDone;
  }
  if (!recipe.modelOverrides.empty()) {
    emitError(unknown) << "--set model.KEY=VALUE changes a config.json, and MODEL is text";
    return ExitUsage;
  }
  if (!llvm::sys::fs::is_regular_file(line.model)) {
    emitError(unknown) << "cannot read MODEL " << line.model << ": not a file";
    return ExitInput;
  }
  FailureOr<OwningOpRef<ModuleOp>> parsed = parseModelText(line.model, context);
  if (failed(parsed))
    return ExitCompile;
  module = std::move(*parsed);
  FailureOr<TokenShape> tokens = checkModel(*module);
  return failed(tokens) ? ExitCompile : checkTokenShape(*tokens);
}

/// Gives the module what the command line says of the target, whatever phase it comes from.
int Compilation::setTarget() {
  if (int code = runPhase(Phase::Import, *module))
    return code;
  if (!emits(CommandLine::Emit::PTX) || exec::targetOf(*module).isCuda())
    return ExitDone;
  emitError(UnknownLoc::get(&context)) << "--emit=ptx needs --target=cuda";
  return ExitUsage;
}

int Compilation::checkTokenShape(TokenShape tokens) {
  const dist::Settings &train = recipe.values;
  if (tokens.batch == train.globalBatch && tokens.sequence == train.sequenceLength)
    return ExitDone;
  emitError(UnknownLoc::get(&context)) << line.model << " takes tokens of " << tokens.batch << "x" << tokens.sequence
                                       << ", and the recipe's global_batch x sequence_length is " << train.globalBatch
                                       << "x" << train.sequenceLength
                                       << "; give the recipe the model's, as with --set train.global_batch="
                                       << tokens.batch << " --set train.sequence_length=" << tokens.sequence;
  return ExitUsage;
}

/// Runs one phase's passes. What the first ones refuse is the user's fault: a target that the module is not for, sizes
/// that do not divide, patterns that match nothing.
int Compilation::runPhase(Phase phase, ModuleOp module) {
  PassManager passes(&context, ModuleOp::getOperationName());
  buildPhase(phase, passes, {.target = line.target});
  if (succeeded(passes.run(module)))
    return ExitDone;
  return phase == Phase::Import || phase == Phase::Plan || phase == Phase::Partition ? ExitUsage : ExitCompile;
}

int Compilation::runPhases() {
  for (Phase phase : compiledPhases) {
    if (int code = runPhase(phase, *module))
      return code;
    if (!emits(CommandLine::Emit::Phase) || line.phase != phase)
      continue;
    if (int code = emitPhase())
      return code;
    if (!wantsReport())
      return ExitDone;
  }
  if (wantsReport())
    if (int code = printTheReport())
      return code;
  if (!wantsCode())
    return ExitDone;
  if (int code = runPhase(Phase::Codegen, *module))
    return code;
  if (emits(CommandLine::Emit::Phase))
    return emitPhase();
  if (emits(CommandLine::Emit::LLVM))
    return emitText([&](llvm::raw_ostream &os) { return printLLVM(*module, os); });
  if (emits(CommandLine::Emit::PTX))
    return emitText([&](llvm::raw_ostream &os) { return printPTX(*module, os); });
  return emitProgram();
}

int Compilation::emitText(llvm::function_ref<LogicalResult(llvm::raw_ostream &)> print) {
  return exitCodeOf(writeText(line.output, llvm::errs(), print));
}

int Compilation::emitPhase() {
  return emitText([&](llvm::raw_ostream &os) {
    module->print(os, OpPrintingFlags().printNameLocAsPrefix());
    os << "\n";
    return success();
  });
}

int Compilation::emitProgram() {
  return exitCodeOf(
      writeFile(line.programPath(), llvm::errs(), [&](StringRef path) { return writeProgram(*module, path); }));
}

/// What checkpointing saves is told by the program without it, to the byte: the passes take a fraction of a second.
int Compilation::summarizeWithoutCheckpointing(std::optional<ProgramSummary> &summary) {
  if (!model)
    return ExitDone;
  disableRemarks(context); // what is remarked is of the program that was asked for
  dist::Settings settings = recipe.values;
  settings.activationCheckpointing = {};
  if (failed(dist::setSettings(*model, settings)))
    return ExitCompile;
  for (Phase phase : compiledPhases)
    if (int code = runPhase(phase, *model))
      return code;
  FailureOr<ProgramSummary> summarized = summarizeProgram(*model);
  if (failed(summarized))
    return ExitCompile;
  summary = std::move(*summarized);
  return ExitDone;
}

int Compilation::printTheReport() {
  FailureOr<ProgramSummary> summary = summarizeProgram(*module);
  if (failed(summary))
    return ExitCompile;
  Report report{line.model, parameters, recipe, *summary, std::nullopt};
  if (int code = summarizeWithoutCheckpointing(report.withoutCheckpointing))
    return code;
  return exitCodeOf(writeText("-", llvm::errs(), [&](llvm::raw_ostream &os) {
    if (line.report == CommandLine::Report::Json)
      os << llvm::formatv("{0:2}\n", reportAsJson(report));
    else
      printReport(report, os);
    return success();
  }));
}

} // namespace

int runDriver(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::setBugReportMsg(
      "shardc has crashed. Please report it, with the command line, MODEL's config.json and the recipe.\n");
  std::optional<CommandLine> line = parseCommandLine(argc, argv, llvm::errs());
  if (!line)
    return ExitUsage;
  if (line->helpRecipe) {
    printRecipeHelp(llvm::outs());
    return ExitDone;
  }
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  DiagnosticPrinter printer(context, "shardc", llvm::errs());
  if (line->remarks && failed(enableRemarks(context)))
    return ExitUsage;
  return Compilation(*line, context).run();
}

} // namespace shardc
