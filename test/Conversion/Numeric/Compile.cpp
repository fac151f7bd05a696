//===- Compile.cpp - Programs for tests --------------------------------------------------------===//
#include "Compile.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include <dlfcn.h>
#include <gtest/gtest.h>

using namespace shardc;

static mlir::MLIRContext &context() {
  static mlir::MLIRContext *context = [] {
    mlir::DialectRegistry registry;
    mlir::registerAllDialects(registry);
    mlir::registerAllExtensions(registry);
    registry.insert<dist::DistDialect, exec::ExecDialect>();
    return new mlir::MLIRContext(registry);
  }();
  return *context;
}

mlir::LogicalResult test::compile(const std::string &text, const std::string &cpu, const CodegenOptions &options,
                                  llvm::StringRef path, std::string &messages) {
  mlir::ScopedDiagnosticHandler handler(&context(),
                                        [&](mlir::Diagnostic &diagnostic) { messages += diagnostic.str() + "\n"; });
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  if (!module)
    return mlir::failure();
  exec::setTarget(*module, exec::TargetAttr::get(&context(), exec::TargetKind::CPU, cpu, {}, exec::GpuCodeKind::Auto));
  return writeProgram(*module, options, path);
}

std::optional<GpuCode> test::compileForGpu(const std::string &text, llvm::StringRef architecture) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context());
  mlir::FailureOr<GpuCode> code = mlir::failure();
  if (module) {
    mlir::StringAttr name = mlir::StringAttr::get(&context(), architecture);
    exec::setTarget(*module,
                    exec::TargetAttr::get(&context(), exec::TargetKind::CUDA, "native", name, exec::GpuCodeKind::PTX));
    code = compileGpuKernels(*module, exec::GpuCodeKind::PTX);
  }
  if (mlir::failed(code)) {
    ADD_FAILURE() << "cannot be compiled:\n" << text;
    return std::nullopt;
  }
  return std::move(*code);
}

void *test::compileAndOpen(const std::string &text, const std::string &cpu, const CodegenOptions &options) {
  llvm::SmallString<128> path;
  if (llvm::sys::fs::createTemporaryFile("program", "so", path))
    return nullptr;
  llvm::FileRemover remove(path);
  std::string messages;
  if (mlir::failed(compile(text, cpu, options, path, messages))) {
    ADD_FAILURE() << messages << text;
    return nullptr;
  }
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    ADD_FAILURE() << dlerror();
  return library;
}
