//===- Codegen.cpp - From a program in the LLVM dialect to a program file ----------------------===//
#include "shardc/Target/Codegen.h"
#include "Link.h"
#include "Manifest.h"
#include "ObjectFile.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "shardrt/abi.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

static void registerTranslations(MLIRContext &context) {
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
  context.appendDialectRegistry(registry);
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
static OwningOpRef<ModuleOp> describeProgram(ModuleOp program, StringRef manifest, ArrayRef<GpuImage> images) {
  OwningOpRef<ModuleOp> description = ModuleOp::create(program.getLoc());
  ImplicitLocOpBuilder b(program.getLoc(), description->getBodyRegion());
  LLVM::GlobalOp::create(b, b.getI32Type(), /*isConstant=*/true, LLVM::Linkage::External, "shard_abi_version",
                         b.getI32IntegerAttr(SHARDRT_ABI_VERSION));
  createText(b, "shard_manifest", manifest);
  for (const GpuImage &image : images)
    image.isPtx ? createText(b, image.symbol(), image.bytes) : createBytes(b, image.symbol(), image.bytes);
  return description;
}

static std::string toText(const llvm::json::Object &manifest) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(llvm::json::Object(manifest));
  return text;
}

/// 16 hexadecimal digits over the manifest and the code.
static std::string digestOf(StringRef manifest, ArrayRef<ObjectFile> objects, ArrayRef<GpuImage> images) {
  std::string bytes = manifest.str();
  for (const GpuImage &image : images)
    bytes += image.bytes;
  for (const ObjectFile &object : objects)
    bytes += object;
  return llvm::formatv("{0:x-16}", llvm::xxh3_64bits(llvm::arrayRefFromStringRef(bytes)));
}

namespace {
/// The parts of a program that are translated.
struct Program {
  exec::TargetAttr target;
  CpuModel cpu;
  ModuleOp host, kernels;
};
} // namespace

/// Finds the parts of a program, or says which is missing.
static FailureOr<Program> readProgram(ModuleOp module) {
  FailureOr<exec::TargetAttr> target = exec::requireTarget(module);
  FailureOr<ModuleOp> host = failure(), kernels = failure();
  if (failed(target) || failed(host = exec::requireCodeModule(module, exec::CodeModule::Host)) ||
      failed(kernels = exec::requireCodeModule(module, exec::CodeModule::Kernels)))
    return failure();
  FailureOr<CpuModel> cpu = resolveCpu(target->getCpu(), module.getLoc());
  if (failed(cpu))
    return failure();
  registerTranslations(*module.getContext());
  return Program{*target, std::move(*cpu), *host, *kernels};
}

/// Translates a program to LLVM: a unit for the sections and, for a CPU, one for each kernel.
static LogicalResult translateProgram(const Program &program, std::vector<CodeUnit> &units) {
  FailureOr<CodeUnit> sections = translate(program.host, "sections", /*optimise=*/false);
  if (failed(sections))
    return failure();
  units.push_back(std::move(*sections));
  return program.target.isCuda() ? success() : translateEachFunction(program.kernels, units);
}

LogicalResult shardc::printLLVM(ModuleOp module, raw_ostream &os) {
  FailureOr<Program> program = readProgram(module);
  std::vector<CodeUnit> units;
  if (failed(program) || failed(translateProgram(*program, units)))
    return failure();
  for (CodeUnit &unit : units)
    unit.module->print(os, nullptr);
  return success();
}

LogicalResult shardc::printPTX(ModuleOp module, raw_ostream &os) {
  FailureOr<Program> program = readProgram(module);
  if (failed(program))
    return failure();
  FailureOr<std::vector<GpuImage>> images =
      compileGpuKernels(program->kernels, program->target, exec::GpuCodeKind::PTX);
  if (succeeded(images))
    os << images->front().bytes;
  return failure(failed(images));
}

/// Compiles the kernels of a program for GPUs; there are no images for a CPU.
static FailureOr<std::vector<GpuImage>> compileImages(const Program &program) {
  if (!program.target.isCuda())
    return std::vector<GpuImage>();
  return compileGpuKernels(program.kernels, program.target, program.target.getGpuCode());
}

LogicalResult shardc::writeProgram(ModuleOp module, StringRef path) {
  FailureOr<Program> program = readProgram(module);
  if (failed(program))
    return failure();
  FailureOr<std::vector<GpuImage>> images = compileImages(*program);
  if (failed(images))
    return failure();
  FailureOr<llvm::json::Object> manifest = buildManifest(module, program->cpu, *images);
  std::vector<CodeUnit> units;
  if (failed(manifest) || failed(translateProgram(*program, units)))
    return failure();
  std::vector<ObjectFile> objects = compile(units, program->cpu);

  (*manifest)["digest"] = digestOf(toText(*manifest), objects, *images);
  OwningOpRef<ModuleOp> description = describeProgram(module, toText(*manifest), *images);
  FailureOr<CodeUnit> unit = translate(*description, "manifest", /*optimise=*/false);
  if (failed(unit))
    return failure();
  units.clear();
  units.push_back(std::move(*unit));
  objects.push_back(compile(units, program->cpu).front());
  return link(objects, path, module.getLoc());
}
