//===- Driver.cpp - The compiler as a command --------------------------------------------------===//

#include "shardc/Driver/Driver.h"
#include "CommandLine.h"
#include "DiagnosticPrinter.h"
#include "EnterPhase.h"
#include "Output.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
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

/// One compilation, from MODEL to what was asked for. Each step returns an exit code.
class Compilation {
public:
  Compilation(const CommandLine &line, MLIRContext &context) : line(line), context(context) {}

  int run();

private:
  int importFolder();
  int enterText();
  int readText();
  int loadSettings(const dist::Settings *carried);
  int setTarget();
  int checkTokenShape(TokenShape tokens);
  int reach(Phase next);
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
  /// The phase that the module is the result of.
  Phase phase = Phase::Import;
  /// The model as it is before the phases, where a report tells the effect of checkpointing.
  OwningOpRef<ModuleOp> model;
};

/// Counts the elements of all parameters, tied ones once.
int64_t countParameters(ModuleOp module) {
  int64_t count = 0;
  for (auto parameter : module.getOps<dist::ParameterOp>())
    count += cast<RankedTensorType>(parameter.getType()).getNumElements();
  return count;
}

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
  if (int code = line.isModelText() ? enterText() : importFolder())
    return code;
  if (int code = setTarget())
    return code;
  if (phase == Phase::Import && failed(applyPlan(*module, recipe)))
    return ExitUsage;
  if (failed(dist::setSettings(*module, recipe.values)))
    return ExitUsage;
  if (wantsReport() && phase == Phase::Import &&
      recipe.values.activationCheckpointing != dist::ActivationCheckpointing())
    model = module->clone();
  return runPhases();
}

int Compilation::loadSettings(const dist::Settings *carried) {
  StringRef target = line.target.kind;
  if (target.empty() && module && exec::targetOf(*module))
    target = exec::stringifyTargetKind(exec::targetOf(*module).getKind());
  FailureOr<Recipe> loaded = loadRecipe(line.recipe, line.overrides, target, carried, context);
  if (failed(loaded))
    return ExitUsage;
  recipe = std::move(*loaded);
  return ExitDone;
}

int Compilation::importFolder() {
  if (int code = loadSettings(/*carried=*/nullptr))
    return code;
  if (std::error_code error = llvm::sys::fs::access(line.model, llvm::sys::fs::AccessMode::Exist)) {
    emitError(UnknownLoc::get(&context)) << "cannot read MODEL " << line.model << ": " << error.message();
    return ExitInput;
  }
  FailureOr<OwningOpRef<ModuleOp>> imported = importModel(line.model, context,
                                                          {.globalBatch = recipe.values.globalBatch,
                                                           .sequenceLength = recipe.values.sequenceLength,
                                                           .overrides = recipe.modelOverrides});
  if (failed(imported))
    return ExitInput;
  module = std::move(*imported);
  return ExitDone;
}

int Compilation::readText() {
  if (!line.isStandardInput()) {
    if (std::error_code error = llvm::sys::fs::access(line.model, llvm::sys::fs::AccessMode::Exist)) {
      emitError(UnknownLoc::get(&context)) << "cannot read MODEL " << line.model << ": " << error.message();
      return ExitInput;
    }
    if (!llvm::sys::fs::is_regular_file(line.model)) {
      emitError(UnknownLoc::get(&context)) << "cannot read MODEL " << line.model << ": not a file";
      return ExitInput;
    }
  }
  FailureOr<OwningOpRef<ModuleOp>> parsed = parseModelText(line.model, context);
  if (failed(parsed) || failed(checkDialects(**parsed)) || failed(verify(**parsed)))
    return ExitCompile;
  DialectRegistry registry;
  registerDialects(registry); // for what passes make
  context.appendDialectRegistry(registry);
  module = std::move(*parsed);
  return ExitDone;
}

/// Reads text and finds out where to go on, and with which settings.
int Compilation::enterText() {
  if (int code = readText())
    return code;
  phase = phaseOf(*module);
  // Text of a later phase says where its model came from, which is not what is to be mended.
  bool isHere = isa<FileLineColLoc>(module->getLoc());
  Location here = isHere ? module->getLoc() : NameLoc::get(StringAttr::get(&context, line.model));
  if (failed(checkCarried(*module, phase, here)))
    return ExitCompile;
  FailureOr<TokenShape> tokens = failure();
  if (phase == Phase::Import && failed(tokens = checkModel(*module)))
    return ExitCompile;

  dist::SettingsAttr carried = dist::getSettingsAttr(*module);
  if (int code = loadSettings(carried ? &carried.getSettings() : nullptr))
    return code;
  if (!recipe.modelOverrides.empty()) {
    emitError(UnknownLoc::get(&context)) << "--set model.KEY=VALUE changes a config.json, and MODEL is text";
    return ExitUsage;
  }
  if (Setting &plan = recipe.get("distributed.tp_plan");
      !plan.isGiven && (phase > Phase::Import || dist::getTpPlan(*module))) {
    plan.value = "carried";
    plan.origin = "MODEL";
  }
  if (phase == Phase::Import)
    if (int code = checkTokenShape(*tokens))
      return code;
  if (failed(checkTarget(line.target, *module, phase)))
    return ExitUsage;
  if (carried && failed(checkNotTooLate(recipe, carried.getSettings(), phase)))
    return ExitUsage;
  if (emits(CommandLine::Emit::Phase) && line.phase < phase) {
    emitError(UnknownLoc::get(&context)) << "--emit=" << nameOf(line.phase) << " asks for an earlier phase than "
                                         << nameOf(phase) << ", which MODEL holds";
    return ExitUsage;
  }
  PassManager checks(&context, ModuleOp::getOperationName());
  buildChecks(phase, checks);
  return succeeded(checks.run(*module)) ? ExitDone : ExitCompile;
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
  // Code is verified when all of it is there: it is large, and many of its passes are upstream's.
  bool isCode = phase == Phase::Codegen;
  passes.enableVerifier(!isCode);
  if (succeeded(passes.run(module)) && (!isCode || succeeded(verify(module))))
    return ExitDone;
  return phase == Phase::Import || phase == Phase::Plan || phase == Phase::Partition ? ExitUsage : ExitCompile;
}

/// Goes on to a phase, unless the module is beyond it, and prints it if that is asked for.
int Compilation::reach(Phase next) {
  if (next < phase)
    return ExitDone;
  if (next > phase)
    if (int code = runPhase(next, *module))
      return code;
  phase = next;
  return emits(CommandLine::Emit::Phase) && line.phase == next ? emitPhase() : ExitDone;
}

int Compilation::runPhases() {
  for (Phase next : allPhases) {
    if (next == Phase::Codegen)
      break; // a report is of what is placed
    if (int code = reach(next))
      return code;
    if (emits(CommandLine::Emit::Phase) && line.phase == next && !wantsReport())
      return ExitDone;
  }
  if (wantsReport())
    if (int code = printTheReport())
      return code;
  if (!wantsCode())
    return ExitDone;
  if (int code = reach(Phase::Codegen))
    return code;
  if (emits(CommandLine::Emit::Phase))
    return ExitDone;
  if (emits(CommandLine::Emit::LLVM))
    return emitText([&](llvm::raw_ostream &os) { return printLLVM(*module, os); });
  if (emits(CommandLine::Emit::PTX))
    return emitText([&](llvm::raw_ostream &os) { return printPTX(*module, os); });
  return emitProgram();
}

int Compilation::emitText(llvm::function_ref<LogicalResult(llvm::raw_ostream &)> print) {
  return exitCodeOf(writeText(line.output, llvm::errs(), print));
}

/// Prints the module. From plan on a location says which module of the model an operation stems from, as causes and
/// profiles do; before it the names of classes say that.
int Compilation::emitPhase() {
  OpPrintingFlags flags = OpPrintingFlags().printNameLocAsPrefix();
  if (phase >= Phase::Plan)
    flags.enableDebugInfo();
  return emitText([&](llvm::raw_ostream &os) {
    module->print(os, flags);
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
  for (Phase next : allPhases)
    if (next != Phase::Codegen)
      if (int code = runPhase(next, *model))
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
  Report report{line.model, countParameters(*module), recipe, *summary, std::nullopt};
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
  line->isModelText() ? registerTextDialects(registry) : registerDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  DiagnosticPrinter printer(context, "shardc", llvm::errs());
  if (line->remarks && failed(enableRemarks(context)))
    return ExitUsage;
  return Compilation(*line, context).run();
}

} // namespace shardc
