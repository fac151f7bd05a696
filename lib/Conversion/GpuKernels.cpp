//===- GpuKernels.cpp - From exec.kernel to GPU code -----------------------------------------------------------------------------===//
#include "GpuFinish.h"
#include "GpuTarget.h"
#include "KernelEmitter.h"
#include "ObjectFile.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "shardc/Conversion/Passes.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

static constexpr StringRef triple = "nvptx64-nvidia-cuda", ptxVersion = "+ptx80";

static void loadDialects(MLIRContext &context) {
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
  context.appendDialectRegistry(registry);
  context.loadDialect<arith::ArithDialect, func::FuncDialect, memref::MemRefDialect, scf::SCFDialect, vector::VectorDialect,
                      LLVM::LLVMDialect, NVVM::NVVMDialect>();
}

static FailureOr<GpuKernel> emitForGpu(OpBuilder &b, exec::KernelOp kernel) {
  FailureOr<KernelPlan> plan = planKernel(kernel);
  if (failed(plan))
    return failure();
  GpuShape shape = chooseShape(*plan);
  GpuTarget target(shape);
  FailureOr<func::FuncOp> function = emitKernel(b, *plan, target);
  if (failed(function))
    return failure();
  GpuKernel result{kernel.getSymName().str(), {{function->getName().str(), shape.grid, shape.threads()}}, 0};
  result.workspaceBytes = layOutWorkspace(*plan, target.getNumCopies()).bytes;
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
    if (!isa<LLVM::ExpOp, LLVM::Exp10Op, LLVM::LogOp, LLVM::Log10Op, LLVM::Log2Op, LLVM::PowOp, LLVM::SinOp, LLVM::CosOp, LLVM::TanOp,
             LLVM::TanhOp>(op))
      return WalkResult::advance();
    op->emitError("function '") << op->getName().stripDialect() << "' of " << op->getResult(0).getType()
                                << " does not exist on a GPU";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// Says of each function that it is a kernel, and how many threads a block has.
static void markKernels(ModuleOp module, const GpuCode &code) {
  SymbolTable symbols(module);
  Builder b(module.getContext());
  for (const GpuKernel &kernel : code.kernels)
    for (const GpuLaunch &launch : kernel.launches) {
      auto function = symbols.lookup<LLVM::LLVMFuncOp>(launch.function);
      function->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(), b.getUnitAttr());
      function->setAttr(NVVM::NVVMDialect::getReqntidAttrName(),
                        b.getDenseI32ArrayAttr({static_cast<int32_t>(launch.threads), 1, 1}));
    }
}

static FailureOr<std::unique_ptr<llvm::TargetMachine>> createMachine(Location loc, StringRef architecture) {
  static const bool initialised = [] {
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
    return true;
  }();
  (void)initialised;
  std::string error;
  llvm::Triple gpu(triple);
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(gpu, error);
  if (!target)
    return emitError(loc) << "this build of LLVM cannot write PTX: " << error, failure();
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(gpu, architecture, ptxVersion, llvm::TargetOptions(),
                                                                          std::nullopt, std::nullopt,
                                                                          llvm::CodeGenOptLevel::Aggressive));
  if (!machine || !machine->getMCSubtargetInfo()->isCPUStringValid(architecture))
    return emitError(loc) << "unknown GPU architecture \"" << architecture << "\", expected one such as sm_90", failure();
  return machine;
}

static std::string printPtx(llvm::Module &module, llvm::TargetMachine &machine) {
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  llvm::cantFail(makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0, &machine)(&module));
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  machine.addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::AssemblyFile);
  passes.run(module);
  return std::string(text);
}

FailureOr<GpuCode> shardc::compileGpuKernels(ModuleOp program, StringRef architecture) {
  loadDialects(*program.getContext());
  auto machine = createMachine(program.getLoc(), architecture);
  if (failed(machine))
    return failure();
  GpuCode code;
  OwningOpRef<ModuleOp> kernels = ModuleOp::create(program.getLoc());
  OpBuilder b = OpBuilder::atBlockEnd(kernels->getBody());
  for (auto kernel : program.getOps<exec::KernelOp>()) {
    FailureOr<GpuKernel> emitted = emitForGpu(b, kernel);
    if (failed(emitted))
      return failure();
    code.kernels.push_back(std::move(*emitted));
  }
  PassManager pm(program.getContext());
  pm.addPass(createGpuMathPass());
  buildVectorToLLVM(pm);
  if (failed(pm.run(*kernels)) || failed(checkCalls(*kernels)))
    return failure();
  markKernels(*kernels, code);
  FailureOr<CodeUnit> unit = translate(*kernels, "kernels", /*optimise=*/true);
  if (failed(unit))
    return failure();
  code.ptx = printPtx(*unit->module, **machine);
  return code;
}

LogicalResult shardc::printPTX(ModuleOp program, StringRef architecture, raw_ostream &os) {
  FailureOr<GpuCode> code = compileGpuKernels(program, architecture);
  if (succeeded(code))
    os << code->ptx;
  return failure(failed(code));
}
