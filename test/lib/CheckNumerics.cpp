//===- CheckNumerics.cpp - Derivatives against central differences, meanings against numbers ---===//
//
// check-numerics FILE runs each function of FILE, in float64, lowered to linalg and compiled in this process.
//
// A function without operands has two results, what is computed and what it must be. Any other function is
// differentiated: for random operands x and a random cotangent c, each element of its derivative is compared with (c .
// f(x + h) - c . f(x - h)) / 2h, the error taken relative to the derivative's size where that is above 1. Where there
// are such functions, every differentiable operation of the nn dialect must occur in one.
//
//=== ------------------------------------------------------------------------------------------===//
#include "TestPasses.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "shardc/Dialect/NN/NN.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/TargetSelect.h"
#include <random>

using namespace mlir;
using namespace shardc;

static constexpr double tolerance = 1e-6, step = 1e-5;

namespace {

using Tensor = std::vector<double>;
using Tensors = std::vector<Tensor>;

int64_t sizeOf(Type type) {
  return cast<RankedTensorType>(type).getNumElements();
}

/// The functions of a file, compiled.
class Program {
public:
  static std::unique_ptr<Program> compile(ModuleOp module) {
    PassManager pm(module.getContext());
    const char *pipeline =
        "one-shot-bufferize{bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map},"
        "buffer-results-to-out-params{hoist-static-allocs=1 modify-public-functions=1},"
        "func.func(convert-linalg-to-loops),expand-strided-metadata,lower-affine,convert-scf-to-cf,"
        "convert-math-to-llvm,convert-math-to-libm,finalize-memref-to-llvm,"
        "convert-func-to-llvm{use-bare-ptr-memref-call-conv=1},convert-arith-to-llvm,convert-cf-to-llvm,"
        "convert-index-to-llvm,reconcile-unrealized-casts";
    if (failed(parsePassPipeline(pipeline, pm)) || failed(pm.run(module)))
      return nullptr;
    ExecutionEngineOptions options;
    auto optimize = makeOptimizingTransformer(1, 0, nullptr);
    options.transformer = optimize;
    auto engine = ExecutionEngine::create(module, options);
    if (!engine) {
      llvm::logAllUnhandledErrors(engine.takeError(), llvm::errs());
      return nullptr;
    }
    return std::unique_ptr<Program>(new Program(std::move(*engine)));
  }

  /// Calls a function with these operands; `sizes` are those of its results.
  Tensors run(StringRef name, const Tensors &operands, ArrayRef<int64_t> sizes) {
    Tensors results;
    std::vector<const double *> pointers;
    for (int64_t size : sizes)
      results.emplace_back(size, std::numeric_limits<double>::quiet_NaN()); // what is not written, is noticed
    for (const Tensor &operand : operands)
      pointers.push_back(operand.data());
    for (const Tensor &result : results)
      pointers.push_back(result.data());
    SmallVector<void *> packed =
        llvm::map_to_vector(pointers, [](auto &pointer) { return static_cast<void *>(&pointer); });
    if (llvm::Error error = engine->invokePacked(name, packed))
      llvm::report_fatal_error(std::move(error));
    return results;
  }

private:
  explicit Program(std::unique_ptr<ExecutionEngine> engine) : engine(std::move(engine)) {}
  std::unique_ptr<ExecutionEngine> engine;
};

/// A function of the file, as it was before it was compiled.
struct Function {
  explicit Function(func::FuncOp op) : name(op.getName().str()) {
    operands = llvm::map_to_vector(op.getArgumentTypes(), sizeOf);
    results = llvm::map_to_vector(op.getResultTypes(), sizeOf);
  }

  std::string name;
  SmallVector<int64_t> operands, results;
};

double dot(const Tensors &x, const Tensors &y) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i)
    for (size_t j = 0; j < x[i].size(); ++j)
      sum += x[i][j] * y[i][j];
  return sum;
}

Tensors randomTensors(ArrayRef<int64_t> sizes, std::mt19937_64 &random) {
  std::uniform_real_distribution<double> distribution(-1, 1);
  Tensors tensors;
  for (int64_t size : sizes)
    for (double &element : tensors.emplace_back(size))
      element = distribution(random);
  return tensors;
}

/// The largest difference between the derivative and central differences.
double checkDerivative(Program &program, const Function &f) {
  std::mt19937_64 random(2026);
  Tensors x = randomTensors(f.operands, random), cotangents = randomTensors(f.results, random);
  Tensors operands = x;
  operands.insert(operands.end(), cotangents.begin(), cotangents.end());
  Tensors gradients = program.run(f.name + "_vjp", operands, f.operands);
  auto value = [&] { return dot(cotangents, program.run(f.name, x, f.results)); };
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    for (size_t j = 0; j < x[i].size(); ++j) {
      double at = x[i][j];
      x[i][j] = at + step;
      double above = value();
      x[i][j] = at - step;
      double difference = (above - value()) / (2 * step);
      x[i][j] = at;
      double error = std::abs(gradients[i][j] - difference) / std::max(1.0, std::abs(difference));
      worst = error <= worst ? worst : error; // takes a NaN
    }
  }
  return worst;
}

/// The largest difference between the two results of a function without operands.
double checkMeaning(Program &program, const Function &f) {
  Tensors results = program.run(f.name, {}, f.results);
  double worst = 0;
  for (auto [got, expected] : llvm::zip_equal(results[0], results[1])) {
    double error = got == expected ? 0 : std::abs(got - expected);
    worst = error <= worst ? worst : error;
  }
  return worst;
}

/// Reports differentiable operations of nn that occur in no function.
bool coversDialect(ModuleOp module) {
  llvm::StringSet<> seen;
  module.walk([&](DifferentiableOpInterface op) { seen.insert(op->getName().getStringRef()); });
  bool covered = true;
  for (RegisteredOperationName name : module.getContext()->getRegisteredOperationsByDialect("nn")) {
    if (!name.hasInterface<DifferentiableOpInterface>() || seen.contains(name.getStringRef()))
      continue;
    llvm::errs() << name.getStringRef() << ": no function checks its derivative\n";
    covered = false;
  }
  return covered;
}

bool check(ModuleOp module) {
  auto isDifferentiated = [](func::FuncOp op) { return op.getNumArguments() > 0; };
  bool good = llvm::none_of(module.getOps<func::FuncOp>(), isDifferentiated) || coversDialect(module);
  SmallVector<Function> functions;
  for (auto op : llvm::to_vector(module.getOps<func::FuncOp>())) {
    functions.emplace_back(op);
    if (isDifferentiated(op) && !test::addVJP(op))
      return false;
  }
  for (auto op : module.getOps<func::FuncOp>())
    test::lowerToLinalg(op);
  std::unique_ptr<Program> program = Program::compile(module);
  if (!program)
    return false;
  for (const Function &f : functions) {
    double error = f.operands.empty() ? checkMeaning(*program, f) : checkDerivative(*program, f);
    llvm::outs() << f.name << ": max error " << llvm::format("%.1e", error) << '\n';
    good &= error <= tolerance;
  }
  return good;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    llvm::errs() << "usage: check-numerics FILE\n";
    return 2;
  }
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllPasses();
  registerAllToLLVMIRTranslations(registry);
  registry.insert<nn::NNDialect>();
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(argv[1], &context);
  return module && check(*module) ? 0 : 1;
}
