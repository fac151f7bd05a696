//===- GpuCode.cpp - From kernels in the LLVM dialect to PTX and machine code ------------------===//
#include "shardc/Target/GpuCode.h"
#include "ObjectFile.h"
#include "Ptxas.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Target/TargetMachine.h"
#include <set>

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

static constexpr StringRef triple = "nvptx64-nvidia-cuda";

static std::unique_ptr<llvm::TargetMachine> createMachine(StringRef architecture) {
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
    llvm::report_fatal_error("this build of LLVM cannot write PTX");
  // The PTX is of the oldest version that knows the architecture, for the sake of old drivers.
  return std::unique_ptr<llvm::TargetMachine>(
      target->createTargetMachine(gpu, architecture, /*Features=*/"", llvm::TargetOptions(), std::nullopt, std::nullopt,
                                  llvm::CodeGenOptLevel::Aggressive));
}

/// Returns 90 for sm_90a.
static int numberOf(StringRef architecture) {
  int number = 0;
  architecture.consume_front("sm_");
  architecture.consumeInteger(10, number);
  return number;
}

const std::vector<std::string> &shardc::listGpuArchitectures() {
  constexpr int lowest = 80; // the first with bfloat16, and what the runtime's own kernels are compiled for
  static const std::vector<std::string> names = [] {
    std::vector<std::string> names;
    std::unique_ptr<llvm::TargetMachine> machine = createMachine("");
    for (const llvm::SubtargetSubTypeKV &processor : machine->getMCSubtargetInfo()->getAllProcessorDescriptions())
      if (StringRef(processor.Key).starts_with("sm_") && numberOf(processor.Key) >= lowest)
        names.push_back(processor.Key);
    llvm::sort(names, [](const std::string &a, const std::string &b) {
      return std::pair(numberOf(a), a) < std::pair(numberOf(b), b);
    });
    return names;
  }();
  return names;
}

/// Returns the architecture whose PTX runs on the most GPUs: the lowest one, and of those one that has no variant's
/// features.
static StringRef choosePtxArchitecture(ArrayRef<std::string> architectures) {
  auto plain = llvm::find_if(architectures, [](StringRef name) { return llvm::isDigit(name.back()); });
  return plain == architectures.end() ? architectures.front() : *plain;
}

/// Returns the architectures of a target, the lowest first.
static FailureOr<std::vector<std::string>> architecturesOf(exec::TargetAttr target, Location loc) {
  if (!target.isCuda())
    return emitError(loc) << "the program has no code for GPUs, its exec.target is " << target;
  const std::vector<std::string> &known = listGpuArchitectures();
  std::set<size_t> numbers;
  for (StringAttr name : target.getGpuArch()) {
    auto found = llvm::find(known, name.getValue());
    if (found == known.end())
      return emitError(loc) << "the target's gpu_arch must be names of GPUs from " << known.front() << " on, got "
                            << name;
    numbers.insert(found - known.begin());
  }
  std::vector<std::string> architectures;
  for (size_t number : numbers)
    architectures.push_back(known[number]);
  return architectures;
}

static std::string printPtx(llvm::Module &module, StringRef architecture) {
  std::unique_ptr<llvm::TargetMachine> machine = createMachine(architecture);
  module.setTargetTriple(machine->getTargetTriple());
  module.setDataLayout(machine->createDataLayout());
  llvm::cantFail(makeOptimizingTransformer(/*optLevel=*/3, /*sizeLevel=*/0, machine.get())(&module));
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  machine->addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::AssemblyFile);
  passes.run(module);
  return std::string(text);
}

namespace {
/// The kernels on their way to one architecture.
struct Compiled {
  std::string architecture;
  CodeUnit unit;
  std::string ptx = "";
  llvm::Expected<std::string> cubin = std::string();
};
} // namespace

/// Compiles the kernels for each of some architectures, side by side; to PTX alone where there is no `ptxas`.
static FailureOr<std::vector<Compiled>> compileFor(ModuleOp kernels, ArrayRef<std::string> architectures,
                                                   StringRef ptxas) {
  std::vector<Compiled> compiled;
  for (const std::string &architecture : architectures) {
    FailureOr<CodeUnit> unit = translate(kernels, "kernels", /*optimise=*/true);
    if (failed(unit))
      return failure();
    compiled.push_back({architecture, std::move(*unit)});
  }
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency());
  for (Compiled &each : compiled)
    pool.async([&each, ptxas] {
      each.ptx = printPtx(*each.unit.module, each.architecture);
      if (!ptxas.empty())
        each.cubin = assemble(ptxas, each.ptx, each.architecture);
    });
  pool.wait();
  LogicalResult result = success();
  for (Compiled &each : compiled)
    if (!each.cubin)
      result = kernels.emitError() << llvm::toString(each.cubin.takeError());
  if (failed(result))
    return failure();
  return compiled;
}

FailureOr<std::vector<GpuImage>> shardc::compileGpuKernels(ModuleOp kernels, exec::TargetAttr target,
                                                           exec::GpuCodeKind kind) {
  FailureOr<std::vector<std::string>> architectures = architecturesOf(target, kernels.getLoc());
  if (failed(architectures))
    return failure();
  std::string ptxas = kind == exec::GpuCodeKind::PTX ? "" : findPtxas();
  std::string lowest = choosePtxArchitecture(*architectures).str();
  if (ptxas.empty() && kind == exec::GpuCodeKind::Cubin)
    return kernels.emitError("needs NVIDIA's ptxas for a cubin, and there is none");
  if (ptxas.empty() && kind == exec::GpuCodeKind::Auto)
    kernels.emitRemark("found no ptxas on PATH or in $CUDA_HOME/bin: the program has PTX for ")
        << lowest << " alone, which the driver compiles at each start";
  if (ptxas.empty())
    architectures = std::vector<std::string>{lowest};
  FailureOr<std::vector<Compiled>> compiled = compileFor(kernels, *architectures, ptxas);
  if (failed(compiled))
    return failure();
  std::vector<GpuImage> images;
  for (Compiled &each : *compiled) {
    if (each.architecture == lowest)
      images.insert(images.begin(), {/*isPtx=*/true, each.architecture, std::move(each.ptx)});
    if (!ptxas.empty())
      images.push_back({/*isPtx=*/false, each.architecture, std::move(*each.cubin)});
  }
  return images;
}
