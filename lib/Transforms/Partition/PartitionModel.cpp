//===- PartitionModel.cpp - Global shapes to local ones, moves made explicit -------------------===//
//
// Walks each function with the placements of its operands, operation by operation: the rule and the placements that
// arrive decide how each factor is sharded, operands are moved to what that asks, and the operation is rebuilt on
// local shapes. Functions are rebuilt once for each set of operand placements.
//
//=== ------------------------------------------------------------------------------------------===//
#include "FactorAssignment.h"
#include "PartitionBuilder.h"
#include "mlir/IR/Remarks.h"
#include "shardc/Transforms/Partition/Moves.h"
#include "shardc/Transforms/Partition/Passes.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "shardc-partition-model"

using namespace mlir;

namespace shardc {
#define GEN_PASS_DEF_PARTITIONMODELPASS
#include "shardc/Transforms/Partition/Passes.h.inc"

using dist::Placement;

namespace {

class Partitioner;

/// Rebuilds one function for one set of operand types.
class FunctionPartitioner {
public:
  FunctionPartitioner(Partitioner &parent, func::FuncOp global, func::FuncOp local, dist::MeshOp mesh, bool isMain)
      : parent(parent), global(global), local(local), mesh(mesh), isMain(isMain),
        builder(OpBuilder::atBlockBegin(local.addEntryBlock())), moves(builder, mesh) {}

  LogicalResult run();

private:
  LogicalResult visit(Operation &op);
  LogicalResult visitRuled(ShardingRuleOpInterface op);
  LogicalResult visitCustom(ShardingRuleOpInterface op, ArrayRef<Value> operands, FactorAssignment &assignment);
  LogicalResult visitPlain(ShardingRuleOpInterface op, ArrayRef<Value> operands, FactorAssignment &assignment);
  LogicalResult visitCall(func::CallOp op);
  LogicalResult visitReturn(func::ReturnOp op);
  LogicalResult visitReshard(dist::ReshardOp op);
  LogicalResult visitUnshard(dist::UnshardOp op);
  /// Returns the placement that a global value has for its users: the local value's, or what a reshard asks of it.
  Placement placementOf(Value global);
  /// The same, whole where the local value is partial.
  Placement reducedPlacementOf(Value global);
  /// Returns the local value of a global one, moved to `target`. `cause` is said where no reshard gives its own.
  FailureOr<Value> move(Value global, const Placement &target, Location loc, StringRef cause);
  /// Uses of one parameter that some take as copies are copies to all, and one value again to those that take it so:
  /// the gradients of a tied parameter then add.
  void unifyUses();
  /// An operand whose only use is a vary arrives varied: the caller then varies once for all users, a parameter before
  /// its gather. Its gradient is accumulated as it then is, P.
  void absorbVaries();

  Partitioner &parent;
  func::FuncOp global, local;
  dist::MeshOp mesh;
  bool isMain;
  OpBuilder builder;
  Moves moves;
  IRMapping mapping;
  DenseSet<Value> parameters;
  /// What a reshard to the whole asks of its result. Parts are gathered by the users, who know whether to R or to C,
  /// whose derivatives are a slice and a reduce-scatter.
  struct Asked {
    Placement placement;
    StringAttr cause;
  };
  DenseMap<Value, Asked> asked;
};

class Partitioner {
public:
  Partitioner(ModuleOp module, dist::MeshOp mesh) : module(module), mesh(mesh), symbols(module) {}

  LogicalResult run() {
    auto forward = symbols.lookup<func::FuncOp>("forward");
    if (!forward || forward.isExternal())
      return module.emitError("has no function @forward");
    SmallVector<Type> operands;
    for (auto [i, type] : llvm::enumerate(forward.getArgumentTypes())) {
      dist::ShardingAttr placement = dist::getInputPlacement(forward, i);
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor)
        return forward.emitError("must take tensors, got ") << type;
      operands.push_back(dist::localType(tensor.getShape(), tensor.getElementType(),
                                         placement ? Placement::of(placement) : Placement::replicated(tensor.getRank()),
                                         mesh));
    }
    SmallVector<func::FuncOp> globals(module.getOps<func::FuncOp>());
    if (!variant(forward, operands, /*isMain=*/true))
      return failure();
    for (func::FuncOp function : globals)
      symbols.erase(function);
    // The names of the global functions are free now.
    for (auto &[key, function] : variants)
      if (function.getName().ends_with(".local"))
        (void)symbols.rename(function, function.getName().drop_back(6));
    return success();
  }

  /// Returns the local function for `global` on operands of these types; null after an error.
  func::FuncOp variant(func::FuncOp global, ArrayRef<Type> operands, bool isMain = false) {
    auto key = std::make_pair(global.getOperation(), SmallVector<Type>(operands));
    auto it = llvm::find_if(variants, [&](auto &entry) { return entry.first == key; });
    if (it != variants.end())
      return it->second;
    OpBuilder b(module.getContext());
    b.setInsertionPointToEnd(module.getBody());
    std::string name =
        global.getName().str() + (counts[global]++ ? "." + std::to_string(counts[global] - 1) : "") + ".local";
    auto local = func::FuncOp::create(b, global.getLoc(), name, FunctionType::get(module.getContext(), operands, {}));
    local.setVisibility(global.getVisibility());
    dist::setCheckpointed(local, dist::isCheckpointed(global));
    for (unsigned i = 0; i < operands.size(); ++i) {
      if (std::optional<StringRef> input = dist::getInput(global, i))
        dist::setInput(local, i, *input);
      if (dist::isParameter(global, i))
        dist::setParameter(local, i);
    }
    symbols.insert(local);
    LDBG() << "variant @" << name << " of @" << global.getName() << ": " << local.getFunctionType();
    open.insert(global);
    LogicalResult result = FunctionPartitioner(*this, global, local, mesh, isMain).run();
    open.erase(global);
    if (failed(result))
      return nullptr;
    variants.emplace_back(key, local);
    return local;
  }

  func::FuncOp lookup(StringRef name) { return symbols.lookup<func::FuncOp>(name); }
  dist::ParameterOp parameterNamed(StringRef name) { return symbols.lookup<dist::ParameterOp>(name); }
  bool isBeingPartitioned(func::FuncOp global) { return open.contains(global); }

private:
  ModuleOp module;
  dist::MeshOp mesh;
  SymbolTable symbols;
  /// In order of creation; a program has a handful.
  std::vector<std::pair<std::pair<Operation *, SmallVector<Type>>, func::FuncOp>> variants;
  DenseMap<Operation *, unsigned> counts;
  DenseSet<Operation *> open;
};

LogicalResult FunctionPartitioner::run() {
  mapping.map(global.getArguments(), local.getArguments());
  for (unsigned i = 0; i < global.getNumArguments(); ++i)
    if (dist::isParameter(global, i))
      parameters.insert(global.getArgument(i));
  for (Operation &op : global.getBody().front())
    if (failed(visit(op)))
      return failure();
  absorbVaries();
  unifyUses();
  local.setFunctionType(FunctionType::get(local.getContext(), local.getBody().getArgumentTypes(),
                                          local.getBody().front().getTerminator()->getOperandTypes()));
  return success();
}

LogicalResult FunctionPartitioner::visit(Operation &op) {
  LDBG() << "visit " << OpWithFlags(&op, OpPrintingFlags().skipRegions());
  if (auto ruled = dyn_cast<ShardingRuleOpInterface>(op))
    return visitRuled(ruled);
  if (auto call = dyn_cast<func::CallOp>(op))
    return visitCall(call);
  if (auto ret = dyn_cast<func::ReturnOp>(op))
    return visitReturn(ret);
  if (auto reshard = dyn_cast<dist::ReshardOp>(op))
    return visitReshard(reshard);
  if (auto unshard = dyn_cast<dist::UnshardOp>(op))
    return visitUnshard(unshard);
  return op.emitOpError("has no sharding rule, so it cannot be partitioned");
}

LogicalResult FunctionPartitioner::visitRuled(ShardingRuleOpInterface op) {
  SmallVector<Value> operands;
  SmallVector<Placement> placements = llvm::map_to_vector(op->getOperands(), [&](Value v) { return placementOf(v); });
  auto isParameter = [&](unsigned i) { return parameters.contains(op->getOperand(i)); };
  auto assignment = FactorAssignment::compute(op, placements, isParameter, mesh);
  if (failed(assignment))
    return failure();
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    FailureOr<Value> moved = move(operand, assignment->wanted(i), op.getLoc(), causeOf(op));
    if (failed(moved))
      return failure();
    operands.push_back(*moved);
  }
  if (assignment->getRule().hasCustom())
    return visitCustom(op, operands, *assignment);
  return visitPlain(op, operands, *assignment);
}

LogicalResult FunctionPartitioner::visitCustom(ShardingRuleOpInterface op, ArrayRef<Value> operands,
                                               FactorAssignment &assignment) {
  PartitionBuilder sharded(builder, op, assignment, mesh);
  SmallVector<Value> results = op.buildSharded(sharded, operands);
  mapping.map(op->getResults(), results);
  return failure(sharded.anyFailed);
}

LogicalResult FunctionPartitioner::visitPlain(ShardingRuleOpInterface op, ArrayRef<Value> operands,
                                              FactorAssignment &assignment) {
  Operation *clone = builder.clone(*op.getOperation());
  clone->setOperands(operands);
  // Local shapes first, from the factors alone; then the rule says what the results are.
  for (auto [i, result] : llvm::enumerate(clone->getResults())) {
    auto type = cast<RankedTensorType>(result.getType());
    result.setType(dist::localType(type.getShape(), type.getElementType(), assignment.shardsOfResult(i), mesh));
  }
  if (failed(dist::placeResults(clone, op.getShardingRule())))
    return failure();
  mapping.map(op->getResults(), clone->getResults());
  return success();
}

Placement FunctionPartitioner::placementOf(Value global) {
  auto it = asked.find(global);
  return it == asked.end() ? Placement::of(mapping.lookup(global).getType()) : it->second.placement;
}

Placement FunctionPartitioner::reducedPlacementOf(Value global) {
  Placement result = placementOf(global);
  for (StringAttr axis : SmallVector<StringAttr>(result.partial.begin(), result.partial.end()))
    result.set(axis, Placement::R);
  return result;
}

FailureOr<Value> FunctionPartitioner::move(Value global, const Placement &target, Location loc, StringRef cause) {
  auto it = asked.find(global);
  return moves.move(mapping.lookup(global), target, loc, it == asked.end() ? cause : it->second.cause.getValue());
}

LogicalResult FunctionPartitioner::visitCall(func::CallOp op) {
  func::FuncOp called = parent.lookup(op.getCallee());
  if (called.isExternal())
    return op.emitError("calls @") << op.getCallee() << ", which has no body";
  if (parent.isBeingPartitioned(called))
    return op.emitError("calls @") << op.getCallee() << " within itself";
  SmallVector<Type> types = llvm::map_to_vector(op.getOperands(), [&](Value operand) -> Type {
    auto type = cast<RankedTensorType>(operand.getType());
    return dist::localType(type.getShape(), type.getElementType(), reducedPlacementOf(operand), mesh);
  });
  func::FuncOp callee = parent.variant(called, types);
  if (!callee)
    return failure();
  SmallVector<Value> operands;
  for (auto [operand, type] : llvm::zip(op.getOperands(), callee.getArgumentTypes())) {
    FailureOr<Value> moved = move(operand, Placement::of(type), op.getLoc(), causeOf(op));
    if (failed(moved))
      return failure();
    operands.push_back(*moved);
  }
  mapping.map(op.getResults(), func::CallOp::create(builder, op.getLoc(), callee, operands).getResults());
  return success();
}

LogicalResult FunctionPartitioner::visitReturn(func::ReturnOp op) {
  SmallVector<Value> results;
  for (Value operand : op.getOperands()) {
    // The loss is reduced once a step, with the gradient's norm: it leaves the forward function as it is.
    Placement placement = isMain ? placementOf(operand) : reducedPlacementOf(operand);
    FailureOr<Value> result = move(operand, placement, op.getLoc(), causeOf(global, "return"));
    if (failed(result))
      return failure();
    results.push_back(*result);
  }
  func::ReturnOp::create(builder, op.getLoc(), results);
  return success();
}

LogicalResult FunctionPartitioner::visitReshard(dist::ReshardOp op) {
  Value value = mapping.lookup(op.getX());
  Placement now = Placement::of(value.getType()), target = placementOf(op.getX());
  for (auto axis : op.getAxes().getAsRange<StringAttr>()) {
    if (now.kind(axis) == Placement::P)
      now.set(axis, Placement::R);
    if (op.getDim())
      target.shard(axis, *op.getDim(), cast<RankedTensorType>(op.getType()).getDimSize(*op.getDim()));
    else if (target.kind(axis) != Placement::C)
      target.set(axis, Placement::R);
  }
  // A sum is taken here; parts are gathered where the whole is used.
  FailureOr<Value> moved = moves.move(value, op.getDim() ? target : now, op.getLoc(), op.getCause());
  if (failed(moved))
    return failure();
  mapping.map(op.getResult(), *moved);
  if (!op.getDim())
    asked.try_emplace(op.getResult(), Asked{target, op.getCauseAttr()});
  return success();
}

LogicalResult FunctionPartitioner::visitUnshard(dist::UnshardOp op) {
  if (!op.getComputed())
    return op.emitOpError("has no computed placement, so it cannot be partitioned");
  auto type = cast<RankedTensorType>(op.getType());
  auto local = dist::localType(type.getShape(), type.getElementType(), Placement::of(*op.getComputed()), mesh);
  mapping.map(op.getResult(), dist::UnshardOp::create(builder, op.getLoc(), local, op.getSymbolAttr(),
                                                      dist::ShardingAttr(), op.getCauseAttr())
                                  .getResult());
  parameters.insert(op.getResult());
  return success();
}

void FunctionPartitioner::absorbVaries() {
  auto absorb = [](Value value) {
    auto vary = value.hasOneUse() ? dyn_cast<dist::VaryOp>(*value.user_begin()) : nullptr;
    if (!vary)
      return;
    remark::passed(vary.getLoc(), remark::RemarkOpts::name("hoisted-vary").category("partition"))
        << remark::add("vary for {0} is left to what the value comes from, once for all users", vary.getCause().str());
    value.setType(vary.getType());
    vary.getResult().replaceAllUsesWith(value);
    vary.erase();
  };
  if (!isMain)
    for (Value argument : local.getArguments())
      absorb(argument);
  for (auto unshard : local.getBody().getOps<dist::UnshardOp>()) {
    absorb(unshard.getResult());
    parent.parameterNamed(unshard.getSymbol()).accumulatePartial(Placement::of(unshard.getType()).copied);
  }
}

void FunctionPartitioner::unifyUses() {
  llvm::MapVector<StringRef, SmallVector<dist::UnshardOp>> uses;
  for (auto use : local.getBody().getOps<dist::UnshardOp>())
    uses[use.getSymbol()].push_back(use);
  for (auto &[symbol, unshards] : uses) {
    llvm::SetVector<StringAttr> copied;
    for (dist::UnshardOp use : unshards)
      copied.insert_range(Placement::of(use.getType()).copied);
    for (dist::UnshardOp use : unshards) {
      auto type = cast<RankedTensorType>(use.getType());
      Placement placement = Placement::of(type);
      SmallVector<Attribute> axes;
      for (StringAttr axis : copied)
        if (placement.kind(axis) == Placement::R)
          axes.push_back(axis);
      if (axes.empty())
        continue;
      for (Attribute axis : axes)
        placement.set(cast<StringAttr>(axis), Placement::C);
      use.getResult().setType(dist::withPlacement(type, placement));
      OpBuilder after(use->getContext());
      after.setInsertionPointAfter(use);
      auto unify = dist::UnifyOp::create(after, use.getLoc(), type, use.getResult(), after.getArrayAttr(axes),
                                         use.getCauseAttr());
      use.getResult().replaceAllUsesExcept(unify.getResult(), unify);
    }
  }
}

struct PartitionModelPass : impl::PartitionModelPassBase<PartitionModelPass> {
  void runOnOperation() override {
    dist::MeshOp mesh = dist::meshOf(getOperation());
    if (!mesh) {
      getOperation().emitError("has no dist.mesh");
      return signalPassFailure();
    }
    if (failed(Partitioner(getOperation(), mesh).run()))
      signalPassFailure();
  }
};

} // namespace
} // namespace shardc
