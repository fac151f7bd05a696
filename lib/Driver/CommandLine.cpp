//===- CommandLine.cpp - shardc's options ------------------------------------------------------===//

#include "CommandLine.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Support/NearestName.h"
#include "shardc/Target/GpuCode.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/X86TargetParser.h"
#include <set>

namespace cl = llvm::cl;
using llvm::StringRef;

namespace shardc {
namespace {

/// The options are made when a command line is first parsed, as a library must not add to every tool that links it, and
/// then live on: LLVM's registry points at them, and the linker walks it.
struct OptionHolder {
  cl::OptionCategory category{"shardc options"};
  cl::opt<std::string> model{cl::Positional, cl::desc("MODEL"), cl::cat(category)};
  cl::opt<std::string> recipe{"recipe", cl::desc("YAML or JSON file that names the mesh and the plan"),
                              cl::value_desc("file"), cl::cat(category)};
  cl::list<std::string> set{"set",
                            cl::desc("Override a recipe key, or with model.KEY a key of config.json; may be repeated"),
                            cl::value_desc("key=value"), cl::cat(category)};
  cl::opt<std::string> target{"target", cl::desc("What the program runs on: cpu (default), cuda"),
                              cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> cpu{"cpu", cl::desc("Instruction set: native, x86-64-v3, ... (default native)"),
                           cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> gpuArchitectures{
      "gpu-arch", cl::desc("GPUs that kernels are compiled for, such as sm_90,sm_100 (default sm_90)"),
      cl::value_desc("names"), cl::cat(category)};
  cl::opt<std::string> gpuCode{
      "gpu-code",
      cl::desc("What the program holds for GPUs: cubin (machine code by ptxas, and PTX for newer GPUs), "
               "ptx, or auto, which is cubin where there is a ptxas (default)"),
      cl::value_desc("kind"), cl::cat(category)};
  cl::opt<std::string> emit{
      "emit",
      cl::desc("Stop and print after a phase: import, plan, partition, differentiate, group, schedule, "
               "place, codegen; or llvm, or ptx; or write the program"),
      cl::value_desc("what"), cl::cat(category)};
  cl::opt<std::string> report{"report", cl::desc("Print what the program needs; with =json for machines"),
                              cl::ValueOptional, cl::value_desc("text|json"), cl::cat(category)};
  cl::opt<bool> remarks{"remarks", cl::desc("Say where collectives stand, what is kept, recomputed or copied, and why"),
                        cl::cat(category)};
  cl::opt<bool> helpRecipe{"help-recipe", cl::desc("Print every key of a recipe, as Markdown"), cl::cat(category)};
  cl::opt<std::string> output{"o",
                              cl::desc("Where to write (default: BASENAME.shard for programs, else standard output)"),
                              cl::value_desc("file"), cl::cat(category)};
  cl::extrahelp exitCodes{"\nMODEL is a folder with config.json, a config.json, or text as printed by --emit=PHASE, "
                          "which goes on from that\n"
                          "phase: a .mlir file, or - for standard input.\n\n"
                          "EXIT CODES:\n"
                          "  0   done\n"
                          "  1   the model does not verify or does not compile\n"
                          "  2   the command line, the recipe, --set or the plan is wrong, or sizes do not divide\n"
                          "  3   MODEL is missing, or a value of config.json is not understood\n"
                          "  10  the output could not be written\n"};
};

std::string emitNames() {
  return std::string()
#define PHASE(enumerator, name, invariant) +name ", "
#include "shardc/Pipelines/Phases.def"
         + "llvm, ptx, program";
}

/// Reads --emit's value, or says what it may be.
bool readEmit(StringRef text, CommandLine &line, llvm::raw_ostream &errors) {
  std::optional<Phase> phase = phaseNamed(text);
  if (text == "llvm") {
    line.emit = CommandLine::Emit::LLVM;
  } else if (text == "ptx") {
    line.emit = CommandLine::Emit::PTX;
  } else if (text == "program") {
    line.emit = CommandLine::Emit::Program;
  } else if (phase) {
    line.emit = CommandLine::Emit::Phase;
    line.phase = *phase;
  } else {
    errors << "shardc: error: --emit must be one of " << emitNames() << ", got " << text << "\n";
    return false;
  }
  return true;
}

bool readReport(const cl::opt<std::string> &option, CommandLine &line, llvm::raw_ostream &errors) {
  if (option.getNumOccurrences() == 0)
    return true;
  if (option != "" && option != "text" && option != "json") {
    errors << "shardc: error: --report must be text or json, got " << option << "\n";
    return false;
  }
  line.report = option == "json" ? CommandLine::Report::Json : CommandLine::Report::Text;
  return true;
}

bool readTarget(StringRef target, llvm::raw_ostream &errors) {
  if (target.empty() || exec::symbolizeTargetKind(target))
    return true;
  errors << "shardc: error: --target must be cpu or cuda, got " << target << "\n";
  return false;
}

/// Refuses CPUs that LLVM does not know, before there is anything to compile.
bool checkCpu(StringRef cpu, llvm::raw_ostream &errors) {
  if (cpu.empty() || cpu == "native" || llvm::X86::parseArchX86(cpu, /*Only64Bit=*/true) != llvm::X86::CK_None)
    return true;
  llvm::SmallVector<StringRef> known;
  llvm::X86::fillValidCPUArchList(known, /*Only64Bit=*/true);
  errors << "shardc: error: --cpu must be native or a name of LLVM's such as x86-64-v3, got " << cpu;
  if (StringRef nearest = nearestName(cpu, known); !nearest.empty())
    errors << ", did you mean " << nearest << "?";
  errors << "\n";
  return false;
}

/// Reads --gpu-arch, in the order of listGpuArchitectures(), each once.
bool readGpuArchitectures(StringRef text, Options::Target &target, llvm::raw_ostream &errors) {
  const std::vector<std::string> &known = listGpuArchitectures();
  std::set<size_t> numbers;
  llvm::SmallVector<StringRef> names;
  text.split(names, ',');
  for (StringRef name : names) {
    auto found = llvm::find(known, name.trim());
    if (found == known.end()) {
      errors << "shardc: error: --gpu-arch must be names of GPUs from " << known.front()
             << " on, separated by commas, got " << (name.empty() ? "nothing" : name);
      if (StringRef nearest = nearestName(name, llvm::to_vector_of<StringRef>(known)); !nearest.empty())
        errors << ", did you mean " << nearest << "?";
      errors << "\n";
      return false;
    }
    numbers.insert(found - known.begin());
  }
  for (size_t number : numbers)
    target.gpuArch.push_back(known[number]);
  return true;
}

bool readGpuCode(StringRef text, llvm::raw_ostream &errors) {
  if (!text.empty() && !exec::symbolizeGpuCodeKind(text)) {
    errors << "shardc: error: --gpu-code must be cubin, ptx or auto, got " << text << "\n";
    return false;
  }
  if (text == "cubin" && findPtxas().empty()) {
    errors << "shardc: error: --gpu-code=cubin needs NVIDIA's ptxas, which is neither on PATH nor in $CUDA_HOME/bin "
              "(/usr/local/cuda/bin where CUDA_HOME is not set); install it, or take --gpu-code=ptx\n";
    return false;
  }
  return true;
}

/// Checks what options say together.
bool checkTogether(const CommandLine &line, llvm::raw_ostream &errors) {
  if (line.model.empty()) {
    errors << "shardc: error: MODEL is missing: a folder with config.json, a config.json, a .mlir file, or -\n";
    return false;
  }
  bool printsBoth = line.report != CommandLine::Report::None && line.emit && *line.emit != CommandLine::Emit::Program;
  if (printsBoth && line.output.empty()) {
    errors << "shardc: error: --report and --emit would both print to standard output, give -o\n";
    return false;
  }
  return true;
}

} // namespace

std::string CommandLine::programPath() const {
  if (!output.empty())
    return output;
  if (isStandardInput())
    return "model.shard";
  llvm::SmallString<256> path(model);
  llvm::sys::fs::make_absolute(path);
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  if (llvm::sys::path::filename(path) == "config.json")
    llvm::sys::path::remove_filename(path);
  StringRef name = isModelText() ? llvm::sys::path::stem(path) : llvm::sys::path::filename(path);
  return (name.empty() || name == "/" ? "model" : name.str()) + ".shard";
}

bool CommandLine::isModelText() const {
  return isStandardInput() || (!llvm::sys::fs::is_directory(model) && !StringRef(model).ends_with(".json"));
}

std::optional<CommandLine> parseCommandLine(int argc, char **argv, llvm::raw_ostream &errors) {
  static OptionHolder options;
  cl::HideUnrelatedOptions(options.category);
  cl::SetVersionPrinter([](llvm::raw_ostream &os) { os << "shardc, built with LLVM " LLVM_VERSION_STRING "\n"; });
  if (!cl::ParseCommandLineOptions(argc, argv, "Compiles a model and a recipe into one sharded training program\n",
                                   &errors))
    return std::nullopt;

  CommandLine line;
  line.helpRecipe = options.helpRecipe;
  if (line.helpRecipe)
    return line;
  line.model = options.model;
  line.recipe = options.recipe;
  line.overrides = std::vector<std::string>(options.set.begin(), options.set.end());
  line.target.kind = options.target;
  line.target.cpu = options.cpu;
  line.target.gpuCode = options.gpuCode;
  line.output = options.output;
  line.remarks = options.remarks;
  bool ok = readTarget(options.target, errors) && checkCpu(options.cpu, errors) &&
            (options.gpuArchitectures.getNumOccurrences() == 0 ||
             readGpuArchitectures(options.gpuArchitectures, line.target, errors)) &&
            readGpuCode(options.gpuCode, errors) && readReport(options.report, line, errors) &&
            (options.emit.getNumOccurrences() == 0 || readEmit(options.emit, line, errors)) &&
            checkTogether(line, errors);
  return ok ? std::optional(line) : std::nullopt;
}

} // namespace shardc
