//===- shard-opt.cpp - Runs passes on a file ---------------------------------------------------===//
#include "../../test/lib/TestPasses.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "shardc/Pipelines/Pipelines.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  shardc::registerDialects(registry);
  mlir::registerAllPasses();
  shardc::registerPipelines();
  shardc::test::registerTestPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "shardc's passes, one by one\n", registry));
}
