//===- Phases.cpp - The phases by name, by contents, by settings -------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Dialect/NN/NN.h"
#include "shardc/Interfaces/ModuleInterfaces.h"
#include "shardc/Pipelines/Pipelines.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace shardc {

namespace {
struct PhaseInfo {
  Phase phase;
  StringRef name, invariant;
};
constexpr PhaseInfo phases[] = {
#define PHASE(enumerator, name, invariant) {Phase::enumerator, name, invariant},
#include "shardc/Pipelines/Phases.def"
};

/// The phases as the table of settings names them.
namespace readers {
#define PHASE(enumerator, name, invariant)                                                                             \
  [[maybe_unused]] constexpr std::optional<Phase> enumerator = Phase::enumerator;
#include "shardc/Pipelines/Phases.def"
constexpr std::optional<Phase> Program;
} // namespace readers
} // namespace

StringRef nameOf(Phase phase) {
  return phases[static_cast<unsigned>(phase)].name;
}

StringRef invariantOf(Phase phase) {
  return phases[static_cast<unsigned>(phase)].invariant;
}

std::optional<Phase> phaseNamed(StringRef name) {
  for (const PhaseInfo &info : phases)
    if (info.name == name)
      return info.phase;
  return std::nullopt;
}

std::optional<Phase> readerOf(const dist::SettingSpec &spec) {
  static constexpr std::optional<Phase> all[] = {
#define SETTING(scope, reader, ...) readers::reader,
#include "shardc/Dialect/Dist/Settings.def"
  };
  return all[&spec - dist::getSettingSpecs().data()];
}

Phase phaseOf(ModuleOp module) {
  if (exec::codeModuleOf(module, exec::CodeModule::Host))
    return Phase::Codegen;
  if (!module.getOps<exec::ArenaOp>().empty())
    return Phase::Place;
  if (!module.getOps<exec::SectionOp>().empty())
    return Phase::Schedule;
  // The latest phase that an operation belongs to. A use of a parameter says where it is computed until its type does.
  Phase phase = Phase::Import;
  module.walk([&](Operation *op) {
    if (isa<exec::TaskOpInterface, exec::KernelOp>(op))
      phase = std::max(phase, Phase::Group);
    else if (isa<dist::AccumulateOp, dist::WriteOp>(op))
      phase = std::max(phase, Phase::Differentiate);
    else if (auto unshard = dyn_cast<dist::UnshardOp>(op))
      phase = std::max(phase, unshard.getComputed() ? Phase::Plan : Phase::Partition);
  });
  return phase;
}

/// Returns the dialects of a phase's operations: those of kernels stand in tasks, and those of a GPU's code are there
/// once memory is placed.
static SmallVector<StringRef> dialectsOf(Phase phase) {
  SmallVector<StringRef> dialects = {"builtin", "func", "nn", "dist", "exec"};
  if (phase >= Phase::Group)
    dialects.append({"arith", "linalg", "llvm", "math", "tensor"});
  if (phase >= Phase::Place)
    dialects.append({"memref", "nvvm", "scf", "vector"});
  return dialects;
}

LogicalResult checkDialects(ModuleOp module) {
  Phase phase = phaseOf(module);
  SmallVector<StringRef> known = dialectsOf(phase);
  WalkResult result = module.walk([&](Operation *op) -> WalkResult {
    if (llvm::is_contained(known, op->getName().getDialectNamespace()))
      return WalkResult::advance();
    return op->emitError(op->getName().getStringRef())
           << " is of no dialect that the phase " << nameOf(phase) << " uses: " << llvm::join(known, ", ");
  });
  return failure(result.wasInterrupted());
}

void registerTextDialects(DialectRegistry &registry) {
  registry.insert<func::FuncDialect, nn::NNDialect, dist::DistDialect, exec::ExecDialect, arith::ArithDialect,
                  linalg::LinalgDialect, LLVM::LLVMDialect, math::MathDialect, tensor::TensorDialect,
                  memref::MemRefDialect, NVVM::NVVMDialect, scf::SCFDialect, vector::VectorDialect>();
}

} // namespace shardc
