//===- Compile.cpp - Programs for tests --------------------------------------------------------===//
#include "Compile.h"
#include "mlir/Parser/Parser.h"
#include "shardc/Conversion/Gpu/Passes.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Pipelines/Pipelines.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include <dlfcn.h>
#include <gtest/gtest.h>

using namespace shardc;

static mlir::MLIRContext &context() {
  static mlir::MLIRContext *context = [] {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    return new mlir::MLIRContext(registry);
  }();
  return *context;
}

/// Runs the passes from a placed program to code.
static mlir::LogicalResult generateCode(mlir::ModuleOp module) {
  mlir::PassManager passes(&context(), mlir::ModuleOp::getOperationName());
  buildPhase(Phase::Codegen, passes, Options());
  return passes.run(module);
}

mlir::LogicalResult test::compile(const std::string &text, const std::string &cpu, llvm::StringRef path,
                                  std::string &messages) {
  mlir::ScopedDiagnosticHandler handler(&context(),
                                        [&](mlir::Diagnostic &diagnostic) { messages += diagnostic.str() + "\n"; });
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  if (!module)
    return mlir::failure();
  exec::setTarget(*module, exec::TargetAttr::get(&context(), exec::TargetKind::CPU, cpu, {}, exec::GpuCodeKind::Auto));
  return mlir::failure(mlir::failed(generateCode(*module)) || mlir::failed(writeProgram(*module, path)));
}

/// Makes functions for a GPU of the kernels and says how the first one is launched. Of the sections, which have no
/// order, nothing is left.
static mlir::LogicalResult emitForGpu(mlir::ModuleOp module, test::GpuKernel &kernel) {
  mlir::PassManager passes(&context(), mlir::ModuleOp::getOperationName());
  passes.addPass(createEmitGpuKernelsPass());
  if (mlir::failed(passes.run(module)))
    return mlir::failure();
  module.walk([&](exec::LaunchOp launch) { kernel.workspaceBytes = launch.getWorkspace(); });
  for (auto section : llvm::make_early_inc_range(module.getOps<exec::SectionOp>()))
    section.erase();
  return generateCode(module);
}

std::optional<test::GpuKernel> test::compileForGpu(const std::string &text, llvm::StringRef architecture) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  GpuKernel kernel;
  llvm::raw_string_ostream ptx(kernel.ptx);
  if (module)
    exec::setTarget(*module,
                    exec::TargetAttr::get(&context(), exec::TargetKind::CUDA, "native",
                                          mlir::StringAttr::get(&context(), architecture), exec::GpuCodeKind::PTX));
  if (!module || mlir::failed(emitForGpu(*module, kernel)) || mlir::failed(printPTX(*module, ptx))) {
    ADD_FAILURE() << "cannot be compiled:\n" << text;
    return std::nullopt;
  }
  for (exec::GpuLaunchAttr launch : (*module->getOps<exec::KernelOp>().begin()).getLaunchesOnGpu())
    kernel.launches.push_back({launch.getFunction().getLeafReference().str(),
                               launch.getGrid(),
                               launch.getThreads(),
                               {launch.getOperands().begin(), launch.getOperands().end()},
                               launch.getNumbers().vec()});
  return kernel;
}

void *test::compileAndOpen(const std::string &text, const std::string &cpu) {
  llvm::SmallString<128> path;
  if (llvm::sys::fs::createTemporaryFile("program", "so", path))
    return nullptr;
  llvm::FileRemover remove(path);
  std::string messages;
  if (mlir::failed(compile(text, cpu, path, messages))) {
    ADD_FAILURE() << messages << text;
    return nullptr;
  }
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    ADD_FAILURE() << dlerror();
  return library;
}
