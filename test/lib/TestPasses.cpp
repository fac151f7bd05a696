//===- TestPasses.cpp - Passes that show what an operation answers -----------------------------===//
#include "TestPasses.h"
#include "Dist/TestDist.h"
#include "mlir/Pass/Pass.h"
#include "shardc/Interfaces/OpInterfaces.h"

using namespace mlir;
using namespace shardc;

namespace {

/// A pass over a function that is known by its flag alone.
template <typename Derived> struct TestPass : PassWrapper<Derived, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestPass)
  StringRef getArgument() const final { return Derived::flag; }
  StringRef getDescription() const final { return Derived::does; }
};

struct TestShardingRule : TestPass<TestShardingRule> {
  static constexpr StringLiteral flag = "test-sharding-rule", does = "Remarks the sharding rule of each operation";
  void runOnOperation() override {
    getOperation().walk([](ShardingRuleOpInterface op) { op->emitRemark() << op.getShardingRule().str(); });
  }
};

struct TestCost : TestPass<TestCost> {
  static constexpr StringLiteral flag = "test-cost", does = "Remarks floating-point operations of each operation";
  void runOnOperation() override {
    getOperation().walk([](CostOpInterface op) { op->emitRemark() << op.getFlops() << " flops"; });
  }
};

/// Remarks the library call on the CPU, or the rows of the kernel.
struct TestTarget : TestPass<TestTarget> {
  static constexpr StringLiteral flag = "test-target", does = "Remarks what computes each operation";
  void runOnOperation() override {
    getOperation().walk([](LowerableOpInterface op) {
      std::optional<LibraryCall> call = op.getLibraryCall(Target::CPU);
      InFlightDiagnostic remark = op->emitRemark();
      if (op.isView()) {
        remark << "view";
      } else if (!call) {
        remark << "kernel of " << op.getNumRowDims() << " row dimensions of [" << op.getRowShape() << "]";
      } else {
        remark << call->function.symbol << " [" << call->integers << "]";
        for (double number : call->floats)
          remark << " " << std::to_string(number);
        if (call->workspaceBytes)
          remark << " workspace " << call->workspaceBytes;
      }
    });
  }
};

struct TestVJP : PassWrapper<TestVJP, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestVJP)
  StringRef getArgument() const final { return "test-vjp"; }
  StringRef getDescription() const final { return "Adds @f_vjp for each function @f"; }
  void runOnOperation() override {
    for (auto function : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (!test::addVJP(function))
        return signalPassFailure();
  }
};

struct TestLowerToLinalg : TestPass<TestLowerToLinalg> {
  static constexpr StringLiteral flag = "test-lower-to-linalg", does = "Lowers each operation to linalg";
  void runOnOperation() override { test::lowerToLinalg(getOperation()); }
};

/// Emits moves as operations of an unregistered dialect, as if `shards` ranks shared each custom factor.
class ShowingBuilder : public ShardedBuilder {
public:
  ShowingBuilder(OpBuilder &builder, Location loc, int64_t shards) : ShardedBuilder(builder, loc), shards(shards) {}

  bool isSharded(StringRef) override { return shards > 1; }
  int64_t numShards(StringRef) override { return shards; }
  ValueRange place(Operation *op) override { return op->getResults(); }
  Value localIndex(Value indices, StringRef) override {
    return shards > 1 ? emit("test.local_index", indices) : indices;
  }
  Value mask(Value value, int64_t, double) override { return emit("test.mask", value); }
  Value allReduce(Value value, StringRef) override { return emit("test.all_reduce", value); }
  Value allGather(Value value, int64_t dim, StringRef) override {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape = llvm::to_vector(type.getShape());
    shape[dim] *= shards;
    return emit("test.all_gather", value, type.clone(shape));
  }

private:
  Value emit(StringRef name, Value value, Type type = {}) {
    OperationState state(loc, name, value, type ? type : value.getType());
    return builder.create(state)->getResult(0);
  }

  int64_t shards;
};

struct TestBuildSharded : PassWrapper<TestBuildSharded, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestBuildSharded)
  TestBuildSharded() = default;
  TestBuildSharded(const TestBuildSharded &other) : PassWrapper(other) {}
  StringRef getArgument() const final { return "test-build-sharded"; }
  StringRef getDescription() const final { return "Rebuilds operations with a custom factor for one rank's operands"; }
  void runOnOperation() override {
    OpBuilder b(&getContext());
    for (Operation &op : llvm::make_early_inc_range(getOperation().front())) {
      auto sharded = dyn_cast<ShardingRuleOpInterface>(op);
      if (!sharded || !sharded.getShardingRule().hasCustom())
        continue;
      b.setInsertionPoint(&op);
      ShowingBuilder builder(b, op.getLoc(), shards);
      op.replaceAllUsesWith(sharded.buildSharded(builder, op.getOperands()));
      op.erase();
    }
  }
  Option<int64_t> shards{*this, "shards", llvm::cl::desc("Ranks that share each custom factor"), llvm::cl::init(1)};
};

} // namespace

void test::registerTestPasses() {
  PassRegistration<TestShardingRule>();
  PassRegistration<TestCost>();
  PassRegistration<TestTarget>();
  PassRegistration<TestVJP>();
  PassRegistration<TestLowerToLinalg>();
  PassRegistration<TestBuildSharded>();
  registerTestDistPasses();
}
