//===- TestLowering.cpp - The loop nests of dist, as one rank runs them ------------------------===//
#include "TestDist.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"
#include "shardc/Dialect/Dist/Dist.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

namespace {

struct TestLowerDist : PassWrapper<TestLowerDist, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestLowerDist)
  TestLowerDist() = default;
  TestLowerDist(const TestLowerDist &other) : PassWrapper(other) {}
  StringRef getArgument() const final { return "test-lower-dist"; }
  StringRef getDescription() const final {
    return "Lowers what depends on the rank to linalg, for one rank or for all";
  }
  Option<int64_t> rank{*this, "rank", llvm::cl::desc("The rank whose coordinates become constants; -1 keeps them"),
                       llvm::cl::init(-1)};

  void runOnOperation() override {
    getOperation().walk([](LowerableOpInterface op) { lower(op); });
    if (rank < 0)
      return;
    getOperation().walk([&](CoordinateOp op) { fold(op); });
    getOperation().walk([](Operation *op) { dropEncodings(op); });
    meshOf(getOperation()).erase();
  }

  static void lower(LowerableOpInterface op) {
    OpBuilder b(op);
    auto cast = [&](Type type, Value value) {
      return UnrealizedConversionCastOp::create(b, op.getLoc(), type, value).getResult(0);
    };
    auto operands =
        llvm::map_to_vector(op->getOperands(), [&](Value x) { return cast(withoutEncoding(x.getType()), x); });
    SmallVector<Value> results = op.lowerToLinalg(b, operands);
    op->getResult(0).replaceAllUsesWith(cast(op->getResult(0).getType(), results[0]));
    op->erase();
  }

  /// The last axis of the mesh, and of a group, is the fastest.
  void fold(CoordinateOp op) {
    MeshOp mesh = meshOf(op);
    llvm::StringMap<int64_t> coordinates;
    int64_t rest = rank;
    for (auto [axis, size] :
         llvm::reverse(llvm::zip_equal(mesh.getAxes().getAsValueRange<StringAttr>(), mesh.getSizes()))) {
      coordinates[axis] = rest % size;
      rest /= size;
    }
    int64_t position = 0;
    for (StringAttr axis : op.getAxes().getAsRange<StringAttr>())
      position = position * *mesh.getAxisSize(axis) + coordinates[axis];
    OpBuilder b(op);
    op.replaceAllUsesWith(arith::ConstantIndexOp::create(b, op.getLoc(), position).getResult());
    op.erase();
  }

  static Type dropEncoding(Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor ? withoutEncoding(tensor) : type;
  }

  static void dropEncodings(Operation *op) {
    for (Value result : op->getResults())
      result.setType(dropEncoding(result.getType()));
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        argument.setType(dropEncoding(argument.getType()));
    if (auto function = dyn_cast<func::FuncOp>(op)) {
      auto drop = [](ArrayRef<Type> types) { return llvm::map_to_vector(types, dropEncoding); };
      FunctionType type = function.getFunctionType();
      function.setType(FunctionType::get(op->getContext(), drop(type.getInputs()), drop(type.getResults())));
    }
  }
};

} // namespace

void test::registerTestLoweringPass() {
  PassRegistration<TestLowerDist>();
}
