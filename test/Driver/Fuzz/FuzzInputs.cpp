//===- FuzzInputs.cpp - Recipes, config.json files and texts with mistakes in them ---------------===//
//
// Changes a file at random, many times, and reads each result in this process as shardc would. What is refused must
// have been refused with an error, and what is accepted without one; some of what is accepted is compiled up to place.
// A crash, or an input that takes longer than a few seconds, ends the process, and the input is still in FOLDER then.
//
//   fuzz-inputs recipe|config|text FILE FOLDER COUNT SEED    FOLDER: where inputs are written, which must exist
//
//=== ------------------------------------------------------------------------------------------===//

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "shardc/Driver/Recipe.h"
#include "shardc/Import/Import.h"
#include "shardc/Pipelines/Pipelines.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/PrettyStackTrace.h"
#include <csignal>
#include <random>
#include <unistd.h>

using namespace mlir;
using namespace shardc;

namespace {

constexpr unsigned maxSeconds = 10;
constexpr unsigned inputsPerContext = 500;
/// One accepted input of so many is compiled.
constexpr unsigned acceptedPerCompiled = 20;

//=== ------------------------------------------------------------------------------------------===//
// Changes
//=== ------------------------------------------------------------------------------------------===//

class Mutator {
public:
  explicit Mutator(unsigned seed) : engine(seed) {}

  std::string operator()(StringRef text) {
    bool byLine = below(10) < 7;
    std::string result = text.str();
    for (unsigned i = 0, count = 1 + below(3); i < count; ++i)
      result = byLine ? changeLine(result) : changeBytes(result);
    return result;
  }

private:
  size_t below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(engine); }
  template <typename List> auto oneOf(const List &list) { return list[below(list.size())]; }

  static bool isOfNumber(char c) { return llvm::isDigit(c) || StringRef("+-.e").contains(c); }
  static bool isOfWord(char c) { return llvm::isAlpha(c) || StringRef("_.\"[]{}:,").contains(c); }

  /// Returns the stretches of a line that have only such characters, as offset and length.
  static std::vector<std::pair<size_t, size_t>> stretches(StringRef line, bool (*belongs)(char)) {
    std::vector<std::pair<size_t, size_t>> found;
    for (size_t at = 0; at < line.size(); ++at) {
      size_t end = at;
      while (end < line.size() && belongs(line[end]))
        ++end;
      if (end > at)
        found.emplace_back(at, end - at);
      at = end;
    }
    return found;
  }

  /// Replaces a stretch of a line, if it has one.
  void replaceStretch(std::string &line, bool (*belongs)(char), StringRef by) {
    auto found = stretches(line, belongs);
    if (found.empty())
      return;
    auto [at, size] = oneOf(found);
    line.replace(at, size, by.str());
  }

  std::string changeLine(StringRef text) {
    static const std::vector<StringRef> numbers = {"0",
                                                   "-1",
                                                   "1",
                                                   "2147483648",
                                                   "9223372036854775807",
                                                   "-9223372036854775808",
                                                   "99999999999999999999",
                                                   "1e999",
                                                   "nan",
                                                   "1.5",
                                                   "3",
                                                   "7",
                                                   "1048576"};
    SmallVector<StringRef> parts;
    text.split(parts, '\n');
    std::vector<std::string> lines(parts.begin(), parts.end());
    size_t at = below(lines.size());
    switch (below(8)) {
    case 0:
      lines.erase(lines.begin() + at);
      break;
    case 1:
      lines.insert(lines.begin() + at, lines[at]);
      break;
    case 2:
      lines[at].resize(below(lines[at].size() + 1));
      break;
    case 3:
      std::swap(lines[at], lines[below(lines.size())]);
      break;
    case 4:
      lines[at].insert(below(lines[at].size() + 1), std::string(1, "[]{}\"':,-#&*!|>%@`"[below(18)]));
      break;
    case 5:
    case 6:
      replaceStretch(lines[at], isOfNumber, oneOf(numbers));
      break;
    default: {
      std::string other = oneOf(lines);
      auto words = stretches(other, isOfWord);
      auto [from, size] = words.empty() ? std::pair<size_t, size_t>(0, 0) : oneOf(words);
      replaceStretch(lines[at], isOfWord, StringRef(other).substr(from, size));
    }
    }
    return llvm::join(lines, "\n");
  }

  std::string changeBytes(std::string text) {
    if (text.empty())
      return text;
    size_t at = below(text.size());
    switch (below(4)) {
    case 0:
      text[at] ^= char(1 << below(8));
      break;
    case 1:
      text[at] = "\0\xff[{\"-"[below(6)];
      break;
    case 2:
      text.erase(at, 1 + below(64));
      break;
    default:
      for (size_t i = 0, count = 1 + below(15); i < count; ++i)
        text.insert(at, 1, char(below(256)));
    }
    return text;
  }

  std::mt19937 engine;
};

//=== ------------------------------------------------------------------------------------------===//
// Readers
//=== ------------------------------------------------------------------------------------------===//

enum class Kind { Recipe, Config, Text };
constexpr std::pair<StringRef, StringRef> kinds[] = {
    {"recipe", "recipe.yaml"}, {"config", "config.json"}, {"text", "text.mlir"}}; // and the files that inputs are

const ImportOptions smallShape{.globalBatch = 8, .sequenceLength = 16, .overrides = {}};

LogicalResult compile(StringRef model, const Recipe &recipe, MLIRContext &context) {
  FailureOr<OwningOpRef<ModuleOp>> module = importModel(model, context, smallShape);
  if (failed(module) || failed(applyPlan(**module, recipe)) || failed(dist::setSettings(**module, recipe.values)))
    return failure();
  PassManager passes(&context, ModuleOp::getOperationName());
  for (Phase phase : {Phase::Plan, Phase::Partition, Phase::Differentiate, Phase::Group, Phase::Schedule, Phase::Place})
    buildPhase(phase, passes, {});
  return passes.run(**module);
}

/// Reads text of a model or of a later phase, and lets it go through the checks of its phase.
LogicalResult readText(StringRef path, MLIRContext &context) {
  FailureOr<OwningOpRef<ModuleOp>> module = parseModelText(path, context);
  if (failed(module) || failed(checkDialects(**module)) || failed(verify(**module)))
    return failure();
  Phase phase = phaseOf(**module);
  if (phase == Phase::Import)
    return checkModel(**module);
  PassManager checks(&context, ModuleOp::getOperationName());
  buildChecks(phase, checks);
  return checks.run(**module);
}

/// Reads inputs of one kind, and counts what came of them.
class Inputs {
public:
  Inputs(Kind kind, StringRef file, StringRef folder)
      : kind(kind), original(file), path((folder + "/" + kinds[static_cast<size_t>(kind)].second).str()) {
    if (kind == Kind::Text)
      registerTextDialects(registry);
    else
      registerDialects(registry);
  }

  bool run(unsigned count, unsigned seed);

private:
  /// Reads the input as shardc would; a model is compiled with the small shapes of `recipe`.
  LogicalResult read(MLIRContext &context);
  bool check(MLIRContext &context);

  Kind kind;
  std::string original, path;
  DialectRegistry registry;
  unsigned accepted = 0, compiled = 0;
};

LogicalResult Inputs::read(MLIRContext &context) {
  if (kind == Kind::Text) {
    LogicalResult result = readText(path, context);
    accepted += succeeded(result);
    return result;
  }
  bool isRecipe = kind == Kind::Recipe;
  std::vector<std::string> small = {"train.sequence_length=16", "train.global_batch=8"};
  FailureOr<Recipe> recipe =
      loadRecipe(isRecipe ? path : "", isRecipe ? std::vector<std::string>() : small, "cpu", /*base=*/nullptr, context);
  if (failed(recipe) || (!isRecipe && failed(importModel(path, context, smallShape))))
    return failure();
  if (++accepted % acceptedPerCompiled || isRecipe)
    return success();
  ++compiled;
  return compile(path, *recipe, context);
}

bool Inputs::check(MLIRContext &context) {
  unsigned errors = 0;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    return success();
  });
  alarm(maxSeconds);
  bool ok = succeeded(read(context));
  alarm(0);
  if (ok == (errors == 0))
    return true;
  llvm::errs() << path << " was " << (ok ? "accepted after an error\n" : "refused without an error\n");
  return false;
}

bool Inputs::run(unsigned count, unsigned seed) {
  auto buffer = llvm::MemoryBuffer::getFile(original);
  if (!buffer) {
    llvm::errs() << "cannot read " << original << "\n";
    return false;
  }
  Mutator mutate(seed);
  llvm::PrettyStackTraceString trace(path.c_str());
  std::unique_ptr<MLIRContext> context;
  for (unsigned i = 0; i < count; ++i) {
    if (i % inputsPerContext == 0)
      context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << mutate((*buffer)->getBuffer());
    if (error || !check(*context))
      return false;
  }
  llvm::outs() << count << " inputs, " << accepted << " accepted, " << compiled << " compiled\n";
  return true;
}

} // namespace

/// Ends the process where an input takes too long.
static void onAlarm(int) {
  constexpr char message[] = "fuzz-inputs: reading the input in FOLDER takes too long\n";
  (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
  _exit(1);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  auto *kind = llvm::find_if(kinds, [&](auto &known) { return argc > 1 && known.first == argv[1]; });
  unsigned count = 0, seed = 0;
  if (argc != 6 || kind == std::end(kinds) || StringRef(argv[4]).getAsInteger(10, count) ||
      StringRef(argv[5]).getAsInteger(10, seed)) {
    llvm::errs() << "usage: fuzz-inputs recipe|config|text FILE FOLDER COUNT SEED\n";
    return 2;
  }
  std::signal(SIGALRM, onAlarm);
  return Inputs(static_cast<Kind>(kind - std::begin(kinds)), argv[2], argv[3]).run(count, seed) ? 0 : 1;
}
