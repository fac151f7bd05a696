//===- UnitSection.cpp - A section out of a flat function --------------------------------------===//
#include "UnitSection.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace shardc;

SectionBuilder::SectionBuilder(ModuleOp module, SymbolTable &symbols, KernelTable &kernels, const UnitPlan &plan,
                               SectionKind kind)
    : symbols(symbols), kernels(kernels), plan(plan), kind(kind), builder(module.getContext()),
      mesh(dist::meshOf(module)) {
  builder.setInsertionPointToEnd(module.getBody());
  section = exec::SectionOp::create(builder, plan.ops.empty() ? module.getLoc() : plan.ops.front()->getLoc(), kind.name,
                                    kind.repeat);
  builder.setInsertionPointToStart(&section.getBody().front());
}

LogicalResult SectionBuilder::run() {
  if (kind.clearsGradients)
    findLastUses();
  const UnitGather *gather = plan.gathers.begin();
  for (auto [position, op] : llvm::enumerate(plan.ops)) {
    for (; gather != plan.gathers.end() && gather->position <= position; ++gather)
      buildGather(*gather);
    if (failed(visit(op)))
      return failure();
    if (auto unit = plan.reductions.find(op); unit != plan.reductions.end())
      buildReduction(unit->second);
    clearGradients(op);
  }
  return success();
}

LogicalResult SectionBuilder::visit(Operation *op) {
  if (isa<func::ReturnOp>(op))
    return success();
  if (auto unshard = dyn_cast<dist::UnshardOp>(op)) {
    ofUnshards.insert(unshard.getResult());
    if (plan.steps.at(op).isNothing()) // the shard is the whole
      mapUnshard(unshard, buildRead(op->getLoc(), unshard.getSymbolAttr().getAttr(), dist::Part::Value,
                                    unshard.getResult().getType()));
    return success();
  }
  if (auto view = dyn_cast<exec::ViewOp>(op)) {
    visitView(view);
    return success();
  }
  if (auto read = dyn_cast<dist::ReadOp>(op)) {
    mapping.map(read.getResult(),
                buildRead(op->getLoc(), read.getSymbolAttr().getAttr(), read.getPart(), read.getResult().getType()));
    return success();
  }
  if (auto write = dyn_cast<dist::WriteOp>(op)) {
    buildWrite(op->getLoc(), mapping.lookup(write.getValue()), write.getSymbolAttr().getAttr(), write.getPart());
    return success();
  }
  if (auto accumulate = dyn_cast<dist::AccumulateOp>(op)) {
    addGradient(accumulate);
    return success();
  }
  if (!isa<exec::TaskOpInterface, exec::PhaseOp>(op))
    return op->emitError("is no task; group comes first");
  builder.clone(*op, mapping);
  return success();
}

/// A view that only changed the encoding is nothing.
Value SectionBuilder::buildView(Location loc, Value value, Type type) {
  Type plain = withoutEncoding(type);
  return value.getType() == plain ? value : exec::ViewOp::create(builder, loc, plain, value).getResult();
}

/// A view of a parameter is built where the parameter is gathered, each time.
void SectionBuilder::visitView(exec::ViewOp op) {
  if (ofUnshards.contains(op.getX())) {
    ofUnshards.insert(op.getResult());
    return;
  }
  mapping.map(op.getResult(), buildView(op.getLoc(), mapping.lookup(op.getX()), op.getResult().getType()));
}

static Attribute toAttr(MLIRContext *context, std::optional<dist::Part> part) {
  return part ? dist::PartAttr::get(context, *part) : nullptr;
}

Value SectionBuilder::buildRead(Location loc, StringAttr name, std::optional<dist::Part> part, Type type) {
  return exec::ReadOp::create(builder, loc, withoutEncoding(type), name, toAttr(builder.getContext(), part));
}

void SectionBuilder::buildWrite(Location loc, Value value, StringAttr name, std::optional<dist::Part> part) {
  exec::WriteOp::create(builder, loc, value, name, toAttr(builder.getContext(), part));
}

exec::CollectiveOp SectionBuilder::buildCollective(Location loc, exec::CollectiveKind kind, ArrayRef<StringAttr> axes,
                                                   const Twine &cause, Lane lane, ValueRange inputs,
                                                   FunctionType placed, ArrayRef<int64_t> dims) {
  SmallVector<Attribute> names(axes.begin(), axes.end());
  auto task = exec::CollectiveOp::create(builder, loc, kind, inputs, placed, builder.getArrayAttr(names),
                                         mesh.getGroupSize(axes), dims, cause);
  assign(task, lane);
  return task;
}

static std::string describeUnit(StringAttr unit) {
  return unit.empty() ? "root" : ("unit " + unit.getValue()).str();
}

/// Says what collectives of a unit were merged, and that others could not be.
template <typename Collectives>
static void remarkMerges(Location loc, StringRef kind, StringAttr unit, const Collectives &collectives) {
  if (!loc->getContext()->getRemarkEngine())
    return;
  for (auto &[axes, members] : collectives)
    if (members.size() > 1)
      remark::passed(loc, remark::RemarkOpts::name("merged").category("schedule"))
          << llvm::formatv("{0}: {1} tensors share one {2}", describeUnit(unit), members.size(), kind).str();
  if (collectives.size() > 1)
    remark::missed(loc, remark::RemarkOpts::name("not-merged").category("schedule"))
        << llvm::formatv("{0}: {1} calls of {2}, since its tensors go over different axes", describeUnit(unit),
                         collectives.size(), kind)
               .str();
}

//=== ------------------------------------------------------------------------------------------===//
// Gathers
//=== ------------------------------------------------------------------------------------------===//

/// Makes `value` stand for the unshard's result from here on, and views of it for views of that.
void SectionBuilder::mapUnshard(dist::UnshardOp op, Value value) {
  SmallVector<std::pair<Value, Value>> worklist = {{op.getResult(), value}};
  while (!worklist.empty()) {
    auto [old, mapped] = worklist.pop_back_val();
    mapping.map(old, mapped);
    for (Operation *user : old.getUsers())
      if (auto view = dyn_cast<exec::ViewOp>(user))
        worklist.push_back({view.getResult(), buildView(view.getLoc(), mapped, view.getResult().getType())});
  }
}

/// Returns `whole` with the placement of what is gathered of `part` over `axes`, for each rank's use.
static RankedTensorType gatheredType(RankedTensorType part, ArrayRef<StringAttr> axes, RankedTensorType whole) {
  dist::Placement placement = dist::Placement::of(part);
  for (StringAttr axis : axes)
    placement.set(axis, dist::Placement::C);
  return dist::withPlacement(whole, placement);
}

void SectionBuilder::buildGather(const UnitGather &gather) {
  // Uses of one parameter in one placement share a segment, and all segments over the same axes a collective.
  using Key = std::pair<StringRef, Type>;
  llvm::MapVector<Key, SmallVector<dist::UnshardOp, 1>> segments;
  llvm::MapVector<ArrayRef<StringAttr>, SmallVector<Key>> collectives;
  for (dist::UnshardOp op : gather.unshards) {
    const ChainStep &step = plan.steps.at(op);
    if (step.isNothing())
      continue;
    ArrayRef<StringAttr> axes = step.axes;
    Key key(op.getSymbol(), withoutEncoding(op.getResult().getType()));
    if (segments[key].empty())
      collectives[axes].push_back(key);
    segments[key].push_back(op);
  }
  remarkMerges(section.getLoc(), "all_gather", gather.unit, collectives);
  for (auto &[axes, keys] : collectives) {
    Location loc = segments[keys.front()].front().getLoc();
    SmallVector<Value> shards;
    SmallVector<Type> stored, gathered;
    SmallVector<int64_t> dims;
    for (const Key &key : keys) {
      dist::UnshardOp op = segments[key].front();
      RankedTensorType type = parameterOf(symbols, op).getStoredType();
      Value shard = buildRead(op.getLoc(), op.getSymbolAttr().getAttr(), dist::Part::Value, type);
      shards.push_back(
          buildCast(op.getLoc(), shard, getElementTypeOrSelf(key.second), gathering)); // fewer bytes to gather
      stored.push_back(type.clone(getElementTypeOrSelf(key.second)));
      gathered.push_back(gatheredType(type, axes, cast<RankedTensorType>(key.second)));
      dims.push_back(plan.steps.at(op).dim);
    }
    if (axes.empty()) {
      for (auto [key, shard] : llvm::zip(keys, shards))
        for (dist::UnshardOp op : segments[key])
          mapUnshard(op, shard);
      continue;
    }
    StringRef when = gather.isBackward ? "unshard in backward" : "unshard";
    auto task = buildCollective(loc, exec::CollectiveKind::AllGather, axes, describeUnit(gather.unit) + ": " + when,
                                gathering, shards, builder.getFunctionType(stored, gathered), dims);
    for (auto [key, whole] : llvm::zip(keys, task.getOutputs()))
      for (dist::UnshardOp op : segments[key])
        mapUnshard(op, whole);
  }
}

//=== ------------------------------------------------------------------------------------------===//
// Reductions
//=== ------------------------------------------------------------------------------------------===//

/// Holds the gradient until those of its unit are complete. Gradients of one parameter in one placement add first.
static bool isOnlyUse(Value value) {
  while (value.hasOneUse()) {
    auto view = value.getDefiningOp<exec::ViewOp>();
    if (!view)
      return true;
    value = view.getX();
  }
  return false;
}

void SectionBuilder::addGradient(dist::AccumulateOp op) {
  auto type = cast<RankedTensorType>(op.getGradient().getType());
  dist::ParameterOp parameter = parameterOf(symbols, op);
  Gradient gradient{parameter, type, plan.steps.at(op), mapping.lookup(op.getGradient()), isOnlyUse(op.getGradient())};
  for (Gradient &other : pending[parameter.getUnitAttr()])
    if (other.parameter == parameter && other.type == type) {
      other.value = addToGradient(op.getLoc(), other.value, gradient, computing);
      return;
    }
  pending[parameter.getUnitAttr()].push_back(gradient);
}

void SectionBuilder::buildReduction(StringAttr unit) {
  SmallVector<Gradient> parts = std::move(pending[unit]);
  scatterGradients(unit, parts);
  SmallVector<Gradient> gradients = mergeGradients(parts);
  if (kind.finishesGradients)
    sumReplicas(unit, gradients);
  for (Gradient &gradient : gradients)
    buildWrite(gradient.value.getLoc(), gradient.value, gradient.parameter.getSymNameAttr(), dist::Part::Gradient);
}

/// Adds a gradient to `sum`, in the call that computes it where that can: then nothing reads it again.
Value SectionBuilder::addToGradient(Location loc, Value sum, const Gradient &gradient, Lane lane) {
  auto call = gradient.value.getDefiningOp<exec::CallOp>();
  bool isHere = call && gradient.isOnlyUse && gradient.value.use_empty() && sum.getType() == gradient.value.getType();
  if (!isHere || !call.getAdding())
    return buildAdd(loc, sum, gradient.value, lane);
  if (auto read = sum.getDefiningOp<exec::ReadOp>()) // nothing writes the state before the unit's end
    read->moveBefore(call);
  else if (!sum.getDefiningOp()->isBeforeInBlock(call))
    return buildAdd(loc, sum, gradient.value, lane);
  return call.addTerm(builder, sum).getOutputs()[0];
}

/// Returns the type of a gradient that was scattered by `step` to the shape of `stored`.
static RankedTensorType scatteredType(RankedTensorType gradient, const ChainStep &step, RankedTensorType stored) {
  dist::Placement placement = dist::Placement::of(gradient);
  for (StringAttr axis : step.axes)
    placement.shard(axis, step.dim, dist::Placement::of(stored).sizes[step.dim]);
  return dist::withPlacement(stored.clone(gradient.getElementType()), placement);
}

/// Replaces the gradients of the whole by those of the stored shard.
void SectionBuilder::scatterGradients(StringAttr unit, MutableArrayRef<Gradient> gradients) {
  llvm::MapVector<ArrayRef<StringAttr>, SmallVector<Gradient *>> collectives;
  for (Gradient &gradient : gradients)
    if (!gradient.step.axes.empty())
      collectives[gradient.step.axes].push_back(&gradient);
  remarkMerges(section.getLoc(), "reduce_scatter", unit, collectives);
  for (auto &[axes, members] : collectives) {
    SmallVector<Value> wholes = llvm::map_to_vector(members, [](Gradient *g) { return g->value; });
    SmallVector<int64_t> dims = llvm::map_to_vector(members, [](Gradient *g) { return g->step.dim; });
    SmallVector<Type> from = llvm::map_to_vector(members, [](Gradient *g) -> Type { return g->type; });
    SmallVector<Type> to = llvm::map_to_vector(
        members, [](Gradient *g) -> Type { return scatteredType(g->type, g->step, g->parameter.getStoredType()); });
    auto task = buildCollective(wholes.front().getLoc(), exec::CollectiveKind::ReduceScatter, axes,
                                describeUnit(unit) + ": reduce gradients", reducing, wholes,
                                builder.getFunctionType(from, to), dims);
    for (auto [gradient, part] : llvm::zip(members, task.getOutputs()))
      gradient->value = part;
  }
}

/// Adds the gradients of each parameter, and what the accumulator holds; returns one for each parameter.
SmallVector<SectionBuilder::Gradient> SectionBuilder::mergeGradients(ArrayRef<Gradient> gradients) {
  SmallVector<Gradient> merged;
  for (Gradient gradient : gradients) {
    Lane lane = gradient.step.axes.empty() ? computing : reducing;
    Location loc = gradient.value.getLoc();
    auto *other = llvm::find_if(merged, [&](Gradient &g) { return g.parameter == gradient.parameter; });
    if (other == merged.end()) {
      RankedTensorType type = gradient.parameter.getAccumulatorType();
      if (kind.addsGradients)
        gradient.value = addToGradient(
            loc, buildRead(loc, gradient.parameter.getSymNameAttr(), dist::Part::Gradient, type), gradient, lane);
      else
        gradient.value = buildCast(loc, gradient.value, type.getElementType(), lane);
      merged.push_back(gradient);
      continue;
    }
    other->value = addToGradient(loc, other->value, gradient, lane);
  }
  return merged;
}

/// Sums the accumulators along the axes where they are P, in the type that gradients are reduced in.
void SectionBuilder::sumReplicas(StringAttr unit, MutableArrayRef<Gradient> gradients) {
  llvm::MapVector<ArrayAttr, SmallVector<Gradient *>> collectives;
  for (Gradient &gradient : gradients) {
    SmallVector<StringAttr> axes = replicaAxes(gradient.parameter);
    if (!axes.empty())
      collectives[builder.getArrayAttr(SmallVector<Attribute>(axes.begin(), axes.end()))].push_back(&gradient);
  }
  remarkMerges(section.getLoc(), "all_reduce", unit, collectives);
  for (auto &[axes, members] : collectives) {
    SmallVector<Type> from = llvm::map_to_vector(members, [](Gradient *g) -> Type {
      return g->parameter.getAccumulatorType().clone(g->parameter.getReduceElementType());
    });
    SmallVector<Type> to = llvm::map_to_vector(members, [](Gradient *g) -> Type {
      return g->parameter.getStoredType().clone(g->parameter.getReduceElementType());
    });
    SmallVector<Value> values = llvm::map_to_vector(members, [&](Gradient *g) {
      return buildCast(g->value.getLoc(), g->value, g->parameter.getReduceElementType(), reducing);
    });
    auto task = buildCollective(values.front().getLoc(), exec::CollectiveKind::AllReduce,
                                llvm::to_vector(axes.getAsRange<StringAttr>()),
                                describeUnit(unit) + ": sum gradients over replicas", reducing, values,
                                builder.getFunctionType(from, to), SmallVector<int64_t>(members.size(), -1));
    for (auto [gradient, sum] : llvm::zip(members, task.getOutputs()))
      gradient->value = buildCast(sum.getLoc(), sum, gradient->parameter.getStoredType().getElementType(), reducing);
  }
}

//=== ------------------------------------------------------------------------------------------===//
// Clearing the accumulators
//=== ------------------------------------------------------------------------------------------===//

/// Finds for each accumulator that is read the last operation that takes what was read.
void SectionBuilder::findLastUses() {
  llvm::DenseMap<Operation *, unsigned> positions;
  for (auto [position, op] : llvm::enumerate(plan.ops))
    positions[op] = position;
  llvm::MapVector<dist::ParameterOp, unsigned> lasts;
  for (Operation *op : plan.ops) {
    auto read = dyn_cast<dist::ReadOp>(op);
    if (!read || read.getPart() != dist::Part::Gradient)
      continue;
    unsigned &last = lasts[parameterOf(symbols, read)];
    SmallVector<Operation *> worklist = {read};
    while (!worklist.empty()) {
      Operation *used = worklist.pop_back_val();
      last = std::max(last, positions[used]);
      if (isa<dist::ReadOp, exec::ViewOp>(used))
        llvm::append_range(worklist, used->getUsers());
    }
  }
  for (auto [parameter, last] : lasts)
    lastUses[plan.ops[last]].push_back(parameter);
}

void SectionBuilder::clearGradients(Operation *op) {
  auto found = lastUses.find(op);
  if (found == lastUses.end())
    return;
  for (dist::ParameterOp parameter : found->second)
    buildWrite(op->getLoc(), buildZeros(op->getLoc(), withoutEncoding(parameter.getAccumulatorType())),
               parameter.getSymNameAttr(), dist::Part::Gradient);
}
