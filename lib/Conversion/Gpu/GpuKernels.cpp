//===- GpuKernels.cpp - From exec.kernel to GPU code -------------------------------------------===//
#include "shardc/Conversion/Gpu/GpuKernels.h"
#include "GpuFinish.h"
#include "GpuTarget.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "shardc/Conversion/Gpu/Passes.h"
#include "shardc/Conversion/Kernels/KernelEmitter.h"
#include "shardc/Conversion/Kernels/Passes.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

static void loadDialects(MLIRContext &context) {
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
  context.appendDialectRegistry(registry);
  context.loadDialect<arith::ArithDialect, func::FuncDialect, memref::MemRefDialect, scf::SCFDialect,
                      vector::VectorDialect, LLVM::LLVMDialect, NVVM::NVVMDialect>();
}

static FailureOr<GpuKernel> emitForGpu(OpBuilder &b, exec::KernelOp kernel) {
  FailureOr<KernelPlan> plan = planGpuKernel(kernel);
  if (failed(plan))
    return failure();
  GpuShape shape = chooseShape(*plan);
  GpuTarget target(shape);
  FailureOr<func::FuncOp> function = emitKernel(b, *plan, target);
  if (failed(function))
    return failure();
  GpuKernel result{kernel.getSymName().str(), {}, layOutWorkspace(*plan, target.getNumCopies()).bytes};
  GpuLaunch launch{function->getName().str(), shape.grid, shape.threads(), {}, {}};
  size_t numOperands = operandTypes(*plan).size() + (result.workspaceBytes > 0);
  llvm::append_range(launch.operands, llvm::seq<unsigned>(0, numOperands));
  if (target.takesNumRows())
    launch.numbers.push_back(plan->numRows());
  result.launches.push_back(std::move(launch));
  if (result.workspaceBytes == 0)
    return result;
  FailureOr<GpuLaunch> finish = emitFinish(b, *plan, target.getNumCopies());
  if (failed(finish))
    return failure();
  result.launches.push_back(*finish);
  return result;
}

/// What has become a call, or an intrinsic that LLVM would make one, has no code on a GPU.
static LogicalResult checkCalls(ModuleOp kernels) {
  for (auto function : kernels.getOps<LLVM::LLVMFuncOp>())
    if (function.isExternal())
      return function.emitError("function \"") << function.getSymName() << "\" does not exist on a GPU";
  WalkResult result = kernels.walk([](Operation *op) {
    if (!isa<LLVM::ExpOp, LLVM::Exp10Op, LLVM::LogOp, LLVM::Log10Op, LLVM::Log2Op, LLVM::PowOp, LLVM::SinOp,
             LLVM::CosOp, LLVM::TanOp, LLVM::TanhOp>(op))
      return WalkResult::advance();
    op->emitError("function '") << op->getName().stripDialect() << "' of " << op->getResult(0).getType()
                                << " does not exist on a GPU";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// Says of each function that it is a kernel, and how many threads a block has.
static void markKernels(ModuleOp module, const std::vector<GpuKernel> &kernels) {
  SymbolTable symbols(module);
  Builder b(module.getContext());
  for (const GpuKernel &kernel : kernels)
    for (const GpuLaunch &launch : kernel.launches) {
      auto function = symbols.lookup<LLVM::LLVMFuncOp>(launch.function);
      function->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(), b.getUnitAttr());
      function->setAttr(NVVM::NVVMDialect::getReqntidAttrName(),
                        b.getDenseI32ArrayAttr({static_cast<int32_t>(launch.threads), 1, 1}));
    }
}

FailureOr<OwningOpRef<ModuleOp>> codegen::lowerGpuKernels(ModuleOp program, std::vector<GpuKernel> &emitted) {
  loadDialects(*program.getContext());
  OwningOpRef<ModuleOp> kernels = ModuleOp::create(program.getLoc());
  OpBuilder b = OpBuilder::atBlockEnd(kernels->getBody());
  for (auto kernel : program.getOps<exec::KernelOp>()) {
    FailureOr<GpuKernel> result = emitForGpu(b, kernel);
    if (failed(result))
      return failure();
    emitted.push_back(std::move(*result));
  }
  PassManager pm(program.getContext());
  pm.addPass(createGpuMathPass());
  buildVectorToLLVM(pm);
  pm.addPass(createCanonicalizerPass()); // what is left of memory's shapes would tell equal functions apart
  if (failed(pm.run(*kernels)) || failed(checkCalls(*kernels)))
    return failure();
  mergeEqualFunctions(*kernels, emitted);
  markKernels(*kernels, emitted);
  return kernels;
}
