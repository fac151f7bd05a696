//===- MergeGpuFunctions.cpp - One function for kernels that are the same code -----------------===//
//
// Numbers of rows and of partial sums are arguments, so that kernels on tensors of different shapes often have equal
// functions.
//
//=== ------------------------------------------------------------------------------------------===//
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "shardc/Conversion/Gpu/Passes.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

namespace shardc {
#define GEN_PASS_DEF_MERGEGPUFUNCTIONSPASS
#include "shardc/Conversion/Gpu/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

/// What has become a call, or an intrinsic that LLVM would make one, has no code on a GPU.
static LogicalResult checkFunctions(ModuleOp functions) {
  for (auto function : functions.getOps<FunctionOpInterface>())
    if (!isa<LLVM::LLVMFuncOp>(function))
      return function.emitError("function \"") << function.getName() << "\" is not in the LLVM dialect";
    else if (function.isExternal())
      return function.emitError("function \"") << function.getName() << "\" does not exist on a GPU";
  WalkResult result = functions.walk([](Operation *op) {
    if (!isa<LLVM::ExpOp, LLVM::Exp10Op, LLVM::LogOp, LLVM::Log10Op, LLVM::Log2Op, LLVM::PowOp, LLVM::SinOp,
             LLVM::CosOp, LLVM::TanOp, LLVM::TanhOp>(op))
      return WalkResult::advance();
    op->emitError("function '") << op->getName().stripDialect() << "' of " << op->getResult(0).getType()
                                << " does not exist on a GPU";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// Puts constants first, in the order of their text: passes leave them in one that depends on the numbers.
static void sortConstants(LLVM::LLVMFuncOp function) {
  std::vector<std::pair<std::string, Operation *>> constants;
  for (auto constant : function.getBody().front().getOps<LLVM::ConstantOp>()) {
    std::string text;
    llvm::raw_string_ostream(text) << constant.getValue() << constant.getType();
    constants.emplace_back(text, constant);
  }
  llvm::sort(constants, [](auto &a, auto &b) { return a.first > b.first; });
  for (auto &[text, constant] : constants)
    constant->moveBefore(&function.getBody().front(), function.getBody().front().begin());
}

/// Prints a function and the shared memory that it uses as if it had no name of its own.
static std::string textOf(LLVM::LLVMFuncOp function, const SymbolTable &symbols) {
  std::string text;
  llvm::raw_string_ostream os(text);
  function->print(os, OpPrintingFlags().useLocalScope());
  function.walk([&](LLVM::AddressOfOp address) {
    if (Operation *global = symbols.lookup(address.getGlobalName()))
      global->print(os, OpPrintingFlags().useLocalScope());
  });
  std::string name = function.getSymName().str(), anonymous;
  for (size_t at = 0, next; at <= text.size(); at = next + name.size()) {
    next = text.find(name, at);
    anonymous += text.substr(at, next - at);
    if (next == std::string::npos)
      break;
    anonymous += "$self";
  }
  return anonymous;
}

/// Says of a function that it is a kernel, and how many threads a block has.
static void markKernel(LLVM::LLVMFuncOp function, int64_t threads) {
  Builder b(function.getContext());
  function->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(), b.getUnitAttr());
  function->setAttr(NVVM::NVVMDialect::getReqntidAttrName(),
                    b.getDenseI32ArrayAttr({static_cast<int32_t>(threads), 1, 1}));
}

namespace {

/// Launches of equal functions get the first of them; the others go.
class FunctionMerger {
public:
  explicit FunctionMerger(ModuleOp functions) : symbols(functions) {}

  /// Returns the launch with the function that stands for the one it has.
  exec::GpuLaunchAttr merge(exec::GpuLaunchAttr launch) {
    auto function = symbols.lookup<LLVM::LLVMFuncOp>(launch.getFunction().getLeafReference());
    sortConstants(function);
    std::string text = llvm::utostr(launch.getThreads()) + textOf(function, symbols);
    auto [entry, isNew] = byText.try_emplace(text, launch.getFunction());
    if (isNew)
      launched.emplace_back(function, launch.getThreads());
    else if (entry->second != launch.getFunction())
      erase(function);
    return launch.withFunction(entry->second);
  }

  void markKernels() {
    for (auto [function, threads] : launched)
      markKernel(function, threads);
  }

private:
  /// Erases a function and the shared memory that it uses.
  void erase(LLVM::LLVMFuncOp function) {
    SmallVector<Operation *> shared;
    function.walk([&](LLVM::AddressOfOp address) { shared.push_back(symbols.lookup(address.getGlobalName())); });
    symbols.erase(function);
    for (Operation *global : llvm::SetVector<Operation *>(shared.begin(), shared.end()))
      symbols.erase(global);
  }

  SymbolTable symbols;
  llvm::StringMap<SymbolRefAttr> byText;
  std::vector<std::pair<LLVM::LLVMFuncOp, int64_t>> launched;
};

class MergeGpuFunctions : public shardc::impl::MergeGpuFunctionsPassBase<MergeGpuFunctions> {
public:
  using Base::Base;

  void runOnOperation() override {
    ModuleOp program = getOperation();
    FailureOr<exec::TargetAttr> target = exec::requireTarget(program);
    if (failed(target))
      return signalPassFailure();
    if (!target->isCuda())
      return markAllAnalysesPreserved();
    FailureOr<ModuleOp> functions = exec::requireCodeModule(program, exec::CodeModule::Kernels);
    if (failed(functions) || failed(checkFunctions(*functions)))
      return signalPassFailure();
    FunctionMerger merger(*functions);
    for (auto kernel : program.getOps<exec::KernelOp>()) {
      SmallVector<Attribute> launches;
      for (exec::GpuLaunchAttr launch : kernel.getLaunchesOnGpu())
        launches.push_back(merger.merge(launch));
      kernel.setGpuLaunchesAttr(ArrayAttr::get(&getContext(), launches));
    }
    merger.markKernels();
  }
};

} // namespace
