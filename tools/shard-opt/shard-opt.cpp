//===- shard-opt.cpp - Runs passes on a file ------------------------------------------------------------------------------------===//
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "shardc/Dialect/NN/NN.h"
#include "../../test/lib/TestPasses.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<shardc::nn::NNDialect>();
  mlir::registerAllPasses();
  shardc::test::registerTestPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "shardc's passes, one by one\n", registry));
}
