//===- UnitPlan.cpp - When the parameters of each unit are gathered ----------------------------===//
#include "UnitPlan.h"

using namespace mlir;
using namespace shardc;

dist::ParameterOp shardc::parameterOf(SymbolTable &symbols, Operation *op) {
  return symbols.lookup<dist::ParameterOp>(cast<dist::StateUserOpInterface>(op).getSymbolAttr().getValue());
}

//=== ------------------------------------------------------------------------------------------===//
// Steps of the chain
//=== ------------------------------------------------------------------------------------------===//

/// Verifies that a gather of several axes at once puts rows where they belong: chunks of all axes but the first must
/// divide evenly.
static LogicalResult verifyEven(Operation *op, int64_t size, ArrayRef<StringAttr> axes, dist::MeshOp mesh) {
  for (StringAttr axis : axes.drop_back())
    size = llvm::divideCeil(size, *mesh.getAxisSize(axis));
  int64_t last = *mesh.getAxisSize(axes.back());
  if (axes.size() > 1 && size % last != 0)
    return op->emitError("a dimension that axis \"")
           << axes.back().getValue() << "\" divides unevenly after another axis is not supported yet";
  return success();
}

/// Returns the step between what a parameter or its gradient is at `stage` of its chain and `type`, a use's or a
/// gradient's: over the axes that the latter does not have.
static FailureOr<ChainStep> stepBetween(Operation *op, RankedTensorType stage, RankedTensorType type) {
  dist::Placement from = dist::Placement::of(stage), used = dist::Placement::of(type);
  ChainStep step;
  step.casts = stage.getElementType() != type.getElementType();
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    ArrayRef<StringAttr> all = from.dims[dim], kept = used.dims[dim];
    if (all == kept)
      continue;
    if (all.take_front(kept.size()) != kept)
      return op->emitError("dimension ") << dim << " is stored over other axes than it is used over";
    if (step.dim >= 0)
      return op->emitError("a parameter that is gathered along two dimensions is not supported yet");
    step.dim = dim;
    llvm::append_range(step.axes, all.drop_front(kept.size()));
    if (failed(verifyEven(op, type.getDimSize(dim), step.axes, dist::meshOf(op))))
      return failure();
  }
  return step;
}

SmallVector<StringAttr> shardc::replicaAxes(dist::ParameterOp parameter) {
  dist::MeshOp mesh = dist::meshOf(parameter);
  dist::Placement accumulated = dist::Placement::of(parameter.getAccumulatorStage().getPlacement());
  SmallVector<StringAttr> axes(accumulated.partial.begin(), accumulated.partial.end());
  llvm::sort(axes, [&](StringAttr a, StringAttr b) { return mesh.getPosition(a) < mesh.getPosition(b); });
  return axes;
}

/// Refuses chains that no section is built for.
static LogicalResult verifyChain(dist::ParameterOp parameter) {
  RankedTensorType stored = parameter.getStoredType(), accumulator = parameter.getAccumulatorType();
  if (parameter.getResidentType() != stored || parameter.getHeldType() != stored)
    return parameter.emitOpError("that is resident or held other than it is stored is not supported yet");
  if (dist::Placement::of(accumulator).dims != dist::Placement::of(stored).dims)
    return parameter.emitOpError("whose gradient is scattered once a step and not in every micro batch is not "
                                 "supported yet");
  if (accumulator.getElementType() != stored.getElementType())
    return parameter.emitOpError("whose accumulator is ") << accumulator.getElementType() << " and that is stored in "
                                                          << stored.getElementType() << " is not supported yet";
  return success();
}

/// Refuses a gradient that must be summed over replicas in every micro batch.
static LogicalResult verifyGradient(dist::AccumulateOp op, dist::ParameterOp parameter) {
  dist::Placement gradient = dist::Placement::of(op.getGradient().getType()),
                  accumulated = dist::Placement::of(parameter.getAccumulatorStage().getPlacement());
  for (StringAttr axis : gradient.partial)
    if (accumulated.kind(axis) == dist::Placement::R)
      return op.emitOpError("a gradient that is P on ") << axis << " and accumulated R, so summed over replicas in "
                                                        << "every micro batch, is not supported yet";
  return success();
}

//=== ------------------------------------------------------------------------------------------===//
// Units and stints
//=== ------------------------------------------------------------------------------------------===//

namespace {

struct Stint {
  SmallVector<dist::UnshardOp> unshards; ///< those with a use in it
  unsigned first = ~0u;                  ///< position of the first use
};

struct Unit {
  SmallVector<dist::UnshardOp> unshards;
  Stint forward, backward;
  bool isGathered = false; ///< some parameter is, or is cast

  /// Returns the unshards of both stints, in order.
  bool isUsed(const Stint &stint) const { return stint.first != ~0u; }
};

class UnitPlanner {
public:
  UnitPlanner(func::FuncOp function, SymbolTable &symbols, const UnitOptions &options)
      : function(function), symbols(symbols), options(options) {}

  FailureOr<UnitPlan> run() {
    numberOps();
    if (failed(collectUnits()))
      return failure();
    sortUnits();
    for (auto &[name, unit] : units)
      if (name.empty() && unit.isGathered)
        addRoot(name, unit);
    addForward();
    addBackward();
    llvm::stable_sort(plan.gathers, [](const UnitGather &a, const UnitGather &b) { return a.position < b.position; });
    return std::move(plan);
  }

private:
  void numberOps();
  LogicalResult collectUnits();
  void addUses(dist::UnshardOp unshard, Value value, Unit &unit);
  void sortUnits();
  FailureOr<ChainStep> planStep(Operation *op, dist::ParameterOp parameter);
  void addGather(StringAttr unit, unsigned position, bool isBackward, ArrayRef<dist::UnshardOp> unshards) {
    if (llvm::any_of(unshards, [&](dist::UnshardOp op) { return !plan.steps[op].isNothing(); }))
      plan.gathers.push_back({unit, position, isBackward, llvm::to_vector(unshards)});
  }
  /// Returns what the gather before the forward pass takes: what the pass uses, and all that is kept after it.
  SmallVector<dist::UnshardOp> neededForward(const Unit &unit) const {
    return llvm::filter_to_vector(unit.unshards, [&](dist::UnshardOp op) {
      return kept.contains(op) || llvm::is_contained(unit.forward.unshards, op);
    });
  }
  /// Returns what the gather before the backward pass takes: what the pass uses and is not there still. `isFirst` says
  /// that nothing was gathered before the forward pass.
  SmallVector<dist::UnshardOp> neededBackward(const Unit &unit, bool isFirst) const {
    return llvm::filter_to_vector(unit.backward.unshards,
                                  [&](dist::UnshardOp op) { return isFirst || !kept.contains(op); });
  }
  void addRoot(StringAttr name, Unit &root);
  void addForward();
  void addBackward();

  func::FuncOp function;
  SymbolTable &symbols;
  UnitOptions options;
  UnitPlan plan;
  llvm::DenseMap<Operation *, unsigned> positions;
  llvm::MapVector<StringAttr, Unit> units;
  SmallVector<StringAttr> forward, backward; ///< gathered units but the root, in order of their stints
  llvm::DenseSet<dist::UnshardOp> kept;      ///< those whose parameter is parked as it is computed
  llvm::DenseSet<dist::ParameterOp> verified;
};

} // namespace

void UnitPlanner::numberOps() {
  for (Operation &op : function.getBody().front()) {
    positions[&op] = plan.ops.size();
    plan.ops.push_back(&op);
  }
  plan.backwardStart = plan.ops.size();
  for (auto [position, op] : llvm::enumerate(plan.ops))
    if (auto phase = dyn_cast<exec::PhaseOp>(op); phase && phase.getPhase() == exec::Phase::Backward)
      plan.backwardStart = std::min<unsigned>(plan.backwardStart, position);
}

LogicalResult UnitPlanner::collectUnits() {
  llvm::MapVector<StringAttr, Operation *> lastGradients;
  for (Operation *op : plan.ops) {
    if (!isa<dist::UnshardOp, dist::AccumulateOp>(op))
      continue;
    dist::ParameterOp parameter = parameterOf(symbols, op);
    FailureOr<ChainStep> step = planStep(op, parameter);
    if (failed(step))
      return failure();
    plan.steps[op] = *step;
    auto unshard = dyn_cast<dist::UnshardOp>(op);
    if (!unshard) {
      lastGradients[parameter.getUnitAttr()] = op;
      continue;
    }
    Unit &unit = units[parameter.getUnitAttr()];
    unit.unshards.push_back(unshard);
    unit.isGathered |= !step->isNothing();
    addUses(unshard, unshard.getResult(), unit);
  }
  for (auto [unit, op] : lastGradients)
    plan.reductions[op] = unit;
  return success();
}

/// Returns the step of an unshard from stored, or of an accumulate to the accumulator, and notes what is kept.
FailureOr<ChainStep> UnitPlanner::planStep(Operation *op, dist::ParameterOp parameter) {
  if (verified.insert(parameter).second && failed(verifyChain(parameter)))
    return failure();
  if (auto accumulate = dyn_cast<dist::AccumulateOp>(op)) {
    if (failed(verifyGradient(accumulate, parameter)))
      return failure();
    return stepBetween(op, parameter.getAccumulatorType(), cast<RankedTensorType>(accumulate.getGradient().getType()));
  }
  auto unshard = cast<dist::UnshardOp>(op);
  auto computed = cast<RankedTensorType>(unshard.getType());
  FailureOr<ChainStep> step = stepBetween(op, parameter.getStoredType(), computed);
  // Held is as stored: verifyChain() has seen to it. So is parked where it is not written.
  bool isParked = parameter.getParked().has_value();
  FailureOr<ChainStep> unparked =
      failed(step) || !isParked ? step : stepBetween(op, parameter.getParkedType(), computed);
  if (failed(unparked))
    return failure();
  if (unparked->isNothing())
    kept.insert(unshard);
  else if (isParked && parameter.getParkedType() != parameter.getHeldType())
    return op->emitOpError("of a parameter that is parked neither as it is held nor as it is computed is not "
                           "supported yet");
  return step;
}

/// Notes the tasks that take `value`, the unshard's or a view of it.
void UnitPlanner::addUses(dist::UnshardOp unshard, Value value, Unit &unit) {
  for (Operation *user : value.getUsers()) {
    if (auto view = dyn_cast<exec::ViewOp>(user)) {
      addUses(unshard, view.getResult(), unit);
      continue;
    }
    unsigned position = positions.lookup(user);
    Stint &stint = position < plan.backwardStart ? unit.forward : unit.backward;
    stint.first = std::min(stint.first, position);
    if (!llvm::is_contained(stint.unshards, unshard))
      stint.unshards.push_back(unshard);
  }
}

void UnitPlanner::sortUnits() {
  for (auto &[name, unit] : units) {
    if (name.empty() || !unit.isGathered)
      continue;
    if (unit.isUsed(unit.forward))
      forward.push_back(name);
    if (unit.isUsed(unit.backward))
      backward.push_back(name);
  }
  llvm::stable_sort(forward,
                    [&](StringAttr a, StringAttr b) { return units[a].forward.first < units[b].forward.first; });
  llvm::stable_sort(backward,
                    [&](StringAttr a, StringAttr b) { return units[a].backward.first < units[b].backward.first; });
}

/// The root's parameters are needed first and last: they are gathered before all others.
void UnitPlanner::addRoot(StringAttr name, Unit &root) {
  addGather(name, 0, /*isBackward=*/false, neededForward(root));
  addGather(name, plan.backwardStart, /*isBackward=*/true, neededBackward(root, /*isFirst=*/false));
}

void UnitPlanner::addForward() {
  int64_t depth = options.forwardPrefetch;
  for (int64_t i = 0; i < static_cast<int64_t>(forward.size()); ++i) {
    unsigned position = i >= depth ? units[forward[i - depth]].forward.first : 0;
    addGather(forward[i], position, /*isBackward=*/false, neededForward(units[forward[i]]));
  }
}

void UnitPlanner::addBackward() {
  int64_t depth = options.backwardPrefetch;
  for (int64_t i = 0; i < static_cast<int64_t>(backward.size()); ++i) {
    Unit &unit = units[backward[i]];
    unsigned position = i >= depth ? units[backward[i - depth]].backward.first : plan.backwardStart;
    addGather(backward[i], position, /*isBackward=*/true, neededBackward(unit, !unit.isUsed(unit.forward)));
  }
}

FailureOr<UnitPlan> shardc::planUnits(func::FuncOp function, SymbolTable &symbols, const UnitOptions &options) {
  return UnitPlanner(function, symbols, options).run();
}
