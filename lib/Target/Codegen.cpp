//===- Codegen.cpp - From a placed program to a program file -----------------------------------===//
#include "shardc/Target/Codegen.h"
#include "Link.h"
#include "Manifest.h"
#include "ObjectFile.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "shardc/Conversion/Host/HostCode.h"
#include "shardc/Conversion/Kernels/KernelEmitter.h"
#include "shardc/Conversion/Kernels/Passes.h"
#include "shardrt/abi.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

/// Loads what code is built from; the program itself needs none of it.
static void loadDialects(MLIRContext &context) {
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  context.appendDialectRegistry(registry);
  context.loadDialect<arith::ArithDialect, func::FuncDialect, memref::MemRefDialect, scf::SCFDialect,
                      vector::VectorDialect, LLVM::LLVMDialect>();
}

/// Emits all kernels of the program into a module of their own, in the LLVM dialect.
static FailureOr<OwningOpRef<ModuleOp>> lowerKernels(ModuleOp program, const CpuModel &cpu) {
  OwningOpRef<ModuleOp> kernels = ModuleOp::create(program.getLoc());
  OpBuilder b = OpBuilder::atBlockEnd(kernels->getBody());
  CpuTarget target(cpu.vectorBytes);
  for (auto kernel : program.getOps<exec::KernelOp>())
    if (failed(emitKernel(b, kernel, target)))
      return failure();
  PassManager pm(program.getContext());
  pm.addPass(createExpandBFloat16Pass());
  buildVectorToLLVM(pm);
  if (failed(pm.run(*kernels)))
    return failure();
  return kernels;
}

static FailureOr<OwningOpRef<ModuleOp>> lowerSections(ModuleOp program, const Groups &groups, const GpuCode *gpu) {
  OwningOpRef<ModuleOp> host = ModuleOp::create(program.getLoc());
  if (failed(emitSections(program, *host, groups, gpu ? &gpu->kernels : nullptr)))
    return failure();
  return host;
}

static void createBytes(ImplicitLocOpBuilder &b, StringRef name, StringRef bytes) {
  constexpr uint64_t alignment = 16; // as drivers may want it of a cubin
  auto type = LLVM::LLVMArrayType::get(b.getI8Type(), bytes.size());
  LLVM::GlobalOp::create(b, type, /*isConstant=*/true, LLVM::Linkage::External, name, b.getStringAttr(bytes),
                         alignment);
}

static void createText(ImplicitLocOpBuilder &b, StringRef name, StringRef text) {
  createBytes(b, name, text.str() + '\0');
}

/// The module that holds `shard_abi_version`, `shard_manifest` and the images of a program for GPUs.
static OwningOpRef<ModuleOp> describeProgram(ModuleOp program, StringRef manifest, const GpuCode *gpu) {
  OwningOpRef<ModuleOp> description = ModuleOp::create(program.getLoc());
  ImplicitLocOpBuilder b(program.getLoc(), description->getBodyRegion());
  LLVM::GlobalOp::create(b, b.getI32Type(), /*isConstant=*/true, LLVM::Linkage::External, "shard_abi_version",
                         b.getI32IntegerAttr(SHARDRT_ABI_VERSION));
  createText(b, "shard_manifest", manifest);
  if (gpu)
    for (const GpuImage &image : gpu->images)
      image.isPtx ? createText(b, image.symbol(), image.bytes) : createBytes(b, image.symbol(), image.bytes);
  return description;
}

static std::string toText(const llvm::json::Object &manifest) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(llvm::json::Object(manifest));
  return text;
}

/// 16 hexadecimal digits over the manifest and the code.
static std::string digestOf(StringRef manifest, ArrayRef<ObjectFile> objects, const GpuCode *gpu) {
  std::string bytes = manifest.str();
  if (gpu)
    for (const GpuImage &image : gpu->images)
      bytes += image.bytes;
  for (const ObjectFile &object : objects)
    bytes += object;
  return llvm::formatv("{0:x-16}", llvm::xxh3_64bits(llvm::arrayRefFromStringRef(bytes)));
}

/// Lowers the program to LLVM: a unit for the sections and, for a CPU, one for each kernel.
static LogicalResult translateProgram(ModuleOp program, const CpuModel &cpu, const Groups &groups, const GpuCode *gpu,
                                      std::vector<CodeUnit> &units) {
  loadDialects(*program.getContext());
  FailureOr<OwningOpRef<ModuleOp>> host = lowerSections(program, groups, gpu);
  if (failed(host))
    return failure();
  FailureOr<CodeUnit> sections = translate(**host, "sections", /*optimise=*/false);
  if (failed(sections))
    return failure();
  units.push_back(std::move(*sections));
  if (gpu)
    return success();
  FailureOr<OwningOpRef<ModuleOp>> kernels = lowerKernels(program, cpu);
  return failure(failed(kernels) || failed(translateEachFunction(**kernels, units)));
}

/// Compiles the kernels where the target is a GPU.
static LogicalResult compileForTarget(ModuleOp program, exec::GpuCodeKind kind, std::optional<GpuCode> &gpu) {
  if (!exec::targetOf(program).isCuda())
    return success();
  FailureOr<GpuCode> code = compileGpuKernels(program, kind);
  if (succeeded(code))
    gpu = std::move(*code);
  return failure(failed(code));
}

/// Returns the CPU that a program's host code is for.
static FailureOr<CpuModel> cpuOf(ModuleOp program) {
  FailureOr<exec::TargetAttr> target = exec::requireTarget(program);
  if (failed(target))
    return failure();
  return resolveCpu(target->getCpu(), program.getLoc());
}

LogicalResult shardc::printLLVM(ModuleOp module, raw_ostream &os) {
  FailureOr<CpuModel> cpu = cpuOf(module);
  std::optional<GpuCode> gpu;
  std::vector<CodeUnit> units;
  if (failed(cpu) || failed(compileForTarget(module, exec::GpuCodeKind::PTX, gpu)) ||
      failed(translateProgram(module, *cpu, Groups(module), gpu ? &*gpu : nullptr, units)))
    return failure();
  for (CodeUnit &unit : units)
    unit.module->print(os, nullptr);
  return success();
}

LogicalResult shardc::writeProgram(ModuleOp module, const CodegenOptions &options, StringRef path) {
  FailureOr<CpuModel> cpu = cpuOf(module);
  if (failed(cpu))
    return failure();
  Groups groups(module);
  std::optional<GpuCode> code;
  if (failed(compileForTarget(module, exec::targetOf(module).getGpuCode(), code)))
    return failure();
  const GpuCode *gpu = code ? &*code : nullptr;
  FailureOr<llvm::json::Object> manifest = buildManifest(module, options, *cpu, groups, gpu);
  std::vector<CodeUnit> units;
  if (failed(manifest) || failed(translateProgram(module, *cpu, groups, gpu, units)))
    return failure();
  std::vector<ObjectFile> objects = compile(units, *cpu);

  (*manifest)["digest"] = digestOf(toText(*manifest), objects, gpu);
  OwningOpRef<ModuleOp> description = describeProgram(module, toText(*manifest), gpu);
  FailureOr<CodeUnit> unit = translate(*description, "manifest", /*optimise=*/false);
  if (failed(unit))
    return failure();
  units.clear();
  units.push_back(std::move(*unit));
  objects.push_back(compile(units, *cpu).front());
  return link(objects, path, module.getLoc());
}
