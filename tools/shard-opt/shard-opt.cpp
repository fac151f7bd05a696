//===- shard-opt.cpp - Runs passes on a file ---------------------------------------------------===//
#include "../../test/lib/TestPasses.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "shardc/Pipelines/Pipelines.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Debug.h"

/// LLVM registers --debug-only where it was built with assertions; Debian's was not. Traces of our own passes are there
/// in builds without NDEBUG: this option turns them on.
static void registerDebugOnly() {
#ifndef NDEBUG
  static llvm::cl::list<std::string> types(
      "debug-only", llvm::cl::CommaSeparated, llvm::cl::desc("Print traces of passes, by their names"),
      llvm::cl::value_desc("pass,..."), llvm::cl::callback([](const std::string &) {
        llvm::SmallVector<const char *> names;
        for (const std::string &type : types)
          names.push_back(type.c_str());
        llvm::DebugFlag = true;
        llvm::setCurrentDebugTypes(names.data(), names.size());
      }));
#endif
}

int main(int argc, char **argv) {
  registerDebugOnly();
  mlir::DialectRegistry registry;
  shardc::registerDialects(registry);
  mlir::registerAllPasses();
  shardc::registerPipelines();
  shardc::test::registerTestPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "shardc's passes, one by one\n", registry));
}
