//===- CpuModel.cpp - The CPU that a program is compiled for -----------------------------------===//
#include "shardc/Conversion/Kernels/CpuModel.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

static constexpr const char *tripleName = "x86_64-unknown-linux-gnu";

/// What generated code may use beyond the first level of x86-64.
static constexpr llvm::StringLiteral optionalFeatures[] = {
    "sse3",       "ssse3",    "sse4.1",       "sse4.2",          "popcnt",     "avx",        "avx2",     "bmi",
    "bmi2",       "f16c",     "fma",          "lzcnt",           "movbe",      "avx512f",    "avx512bw", "avx512cd",
    "avx512dq",   "avx512vl", "avx512vbmi",   "avx512vbmi2",     "avx512vnni", "avx512bf16", "gfni",     "vaes",
    "vpclmulqdq", "avxvnni",  "avx512bitalg", "avx512vpopcntdq", "avx512ifma", "avx512fp16"};

static const llvm::Target &hostTarget() {
  static const llvm::Target *target = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    std::string error;
    return llvm::TargetRegistry::lookupTarget(llvm::Triple(tripleName), error);
  }();
  return *target;
}

std::unique_ptr<llvm::TargetMachine> CpuModel::createTargetMachine(llvm::CodeGenOptLevel level) const {
  llvm::TargetOptions options;
  options.EnableFastISel = level == llvm::CodeGenOptLevel::None;
  return std::unique_ptr<llvm::TargetMachine>(hostTarget().createTargetMachine(
      llvm::Triple(tripleName), name, "", options, llvm::Reloc::PIC_, std::nullopt, level));
}

static std::unique_ptr<llvm::MCSubtargetInfo> subtargetOf(StringRef cpu) {
  return std::unique_ptr<llvm::MCSubtargetInfo>(hostTarget().createMCSubtargetInfo(llvm::Triple(tripleName), cpu, ""));
}

static bool hasFeature(const llvm::MCSubtargetInfo &subtarget, StringRef feature) {
  return subtarget.checkFeatures(("+" + feature).str());
}

static StringRef highestLevelOfHost() {
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  for (StringRef level : {"x86-64-v4", "x86-64-v3", "x86-64-v2"}) {
    std::unique_ptr<llvm::MCSubtargetInfo> subtarget = subtargetOf(level);
    auto isThere = [&](StringRef feature) { return !hasFeature(*subtarget, feature) || host.lookup(feature); };
    if (llvm::all_of(optionalFeatures, isThere))
      return level;
  }
  return "x86-64";
}

FailureOr<CpuModel> codegen::resolveCpu(StringRef name, Location loc) {
  CpuModel cpu;
  cpu.name = (name == "native" ? highestLevelOfHost() : name).str();
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget = subtargetOf("x86-64");
  if (!subtarget->isCPUStringValid(cpu.name))
    return emitError(loc) << "there is no CPU named '" << name
                          << "', expected native or a name of LLVM's such as x86-64-v3";
  subtarget = subtargetOf(cpu.name);
  for (StringRef feature : optionalFeatures)
    if (hasFeature(*subtarget, feature))
      cpu.features.push_back(feature);
  cpu.vectorBytes = hasFeature(*subtarget, "avx512f") ? 64 : hasFeature(*subtarget, "avx2") ? 32 : 16;
  return cpu;
}
