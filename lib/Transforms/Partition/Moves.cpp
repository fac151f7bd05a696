//===- Moves.cpp - From one placement to another -----------------------------------------------===//
//
// The order of the steps: first what must be whole again is gathered (the minor axes of a dimension first), then
// partial sums are reduced, then R and C change places, and at last parts are sliced off. Each step leaves a placement
// from which the next may start.
//
//=== ------------------------------------------------------------------------------------------===//
#include "shardc/Transforms/Partition/Moves.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;

namespace shardc {

using dist::Placement;

FailureOr<Value> Moves::move(Value value, const Placement &target, Location atLoc, StringRef forCause) {
  loc = atLoc;
  cause = builder.getStringAttr(forCause);
  value = gatherForeign(value, target);
  value = reducePartial(value, target);
  value = changeKind(value, target, Placement::R, Placement::C, Kind::Vary);
  value = changeKind(value, target, Placement::C, Placement::R, Kind::Unify);
  value = scatter(value, target);
  value = changeKind(value, target, Placement::R, Placement::P, Kind::KeepFirst);
  value = changeKind(value, target, Placement::C, Placement::P, Kind::KeepFirst);
  if (Placement::of(value.getType()) == target)
    return value;
  return emitError(loc) << "no move leads from " << value.getType() << " to " << target.toAttr(builder.getContext()),
         failure();
}

/// Says what a move does or, for a vary, what its derivative will do; the others move nothing.
static StringRef describe(Moves::Kind kind) {
  switch (kind) {
  case Moves::Kind::Vary:
    return "vary, whose derivative is an all_reduce,";
  case Moves::Kind::AllReduce:
    return "all_reduce";
  case Moves::Kind::AllGather:
    return "all_gather";
  case Moves::Kind::ReduceScatter:
    return "reduce_scatter";
  case Moves::Kind::Unify:
  case Moves::Kind::KeepFirst:
  case Moves::Kind::Slice:
    return "";
  }
  llvm_unreachable("unknown move");
}

void Moves::remarkStep(Kind kind, Value value, ArrayRef<StringAttr> axes, const Placement &target, bool isShared) {
  StringRef what = describe(kind);
  if (what.empty())
    return;
  auto options = remark::RemarkOpts::name(isShared ? "shared-move" : "move").category("partition");
  auto remark = isShared ? remark::passed(loc, options) : remark::analysis(loc, options);
  if (!remark)
    return;
  std::string names = llvm::join(llvm::map_range(axes, [](StringAttr axis) { return axis.getValue(); }), ", ");
  if (isShared)
    remark << llvm::formatv(
                  "{0} over {1} for {2} is shared: it stands already, from the same value to the same placement", what,
                  names, cause.getValue())
                  .str();
  else
    remark << llvm::formatv("{0} over {1} stands here: the value is {2}, and {3} takes it {4}", what, names,
                            dist::letter(Placement::of(value.getType()).kind(axes.front())), cause.getValue(),
                            dist::letter(target.kind(axes.front())))
                  .str();
}

Value Moves::step(Kind kind, Value value, ArrayRef<StringAttr> axes, int64_t dim, const Placement &target) {
  auto type = cast<RankedTensorType>(value.getType());
  RankedTensorType result = dist::localType(dist::globalShape(type), type.getElementType(), target, mesh);
  Value &moved = done[{value, result}];
  remarkStep(kind, value, axes, target, /*isShared=*/moved != nullptr);
  if (moved)
    return moved;
  auto names = builder.getArrayAttr(llvm::to_vector_of<Attribute>(axes));
  switch (kind) {
  case Kind::Vary:
    return moved = dist::VaryOp::create(builder, loc, result, value, names, cause);
  case Kind::Unify:
    return moved = dist::UnifyOp::create(builder, loc, result, value, names, cause);
  case Kind::AllReduce:
    return moved = dist::AllReduceOp::create(builder, loc, result, value, names, cause);
  case Kind::KeepFirst:
    return moved = dist::KeepFirstOp::create(builder, loc, result, value, names, cause);
  case Kind::AllGather:
    return moved = dist::AllGatherOp::create(builder, loc, result, value, names, dim, cause);
  case Kind::ReduceScatter:
    return moved = dist::ReduceScatterOp::create(builder, loc, result, value, names, dim, cause);
  case Kind::Slice:
    return moved = dist::SliceOp::create(builder, loc, result, value, names, dim, cause);
  }
  llvm_unreachable("unknown move");
}

/// Gathers the axes of each dimension that do not stand there in the target.
Value Moves::gatherForeign(Value value, const Placement &target) {
  for (int64_t dim = 0, rank = target.dims.size(); dim < rank; ++dim) {
    Placement now = Placement::of(value.getType());
    ArrayRef<StringAttr> have = now.dims[dim], want = target.dims[dim];
    size_t keep = 0;
    while (keep < have.size() && keep < want.size() && have[keep] == want[keep])
      ++keep;
    SmallVector<StringAttr> axes(have.drop_front(keep));
    if (axes.empty())
      continue;
    now.dims[dim].truncate(keep);
    if (keep == 0)
      now.sizes[dim] = 0;
    bool copied = llvm::all_of(axes, [&](StringAttr axis) { return target.kind(axis) == Placement::C; });
    for (StringAttr axis : axes)
      now.set(axis, copied ? Placement::C : Placement::R);
    value = step(Kind::AllGather, value, axes, dim, now);
  }
  return value;
}

/// Reduces what is partial: straight to parts where the target is sharded, to the whole sum otherwise.
Value Moves::reducePartial(Value value, const Placement &target) {
  Placement now = Placement::of(value.getType());
  SmallVector<StringAttr> whole;
  for (StringAttr axis : SmallVector<StringAttr>(now.partial.begin(), now.partial.end())) {
    int64_t dim = target.dimOf(axis);
    size_t position = dim < 0 ? 0 : now.dims[dim].size();
    if (dim >= 0 && position < target.dims[dim].size() && target.dims[dim][position] == axis) {
      now.set(axis, Placement::R);
      now.shard(axis, dim, target.sizes[dim]);
      value = step(Kind::ReduceScatter, value, axis, dim, now);
    } else if (target.kind(axis) != Placement::P) {
      whole.push_back(axis);
    }
  }
  if (whole.empty())
    return value;
  for (StringAttr axis : whole)
    now.set(axis, Placement::R);
  return step(Kind::AllReduce, value, whole, -1, now);
}

Value Moves::changeKind(Value value, const Placement &target, Placement::Kind from, Placement::Kind to, Kind kind) {
  Placement now = Placement::of(value.getType());
  SmallVector<StringAttr> axes;
  for (auto name : mesh.getAxes().getAsRange<StringAttr>())
    if (now.kind(name) == from && target.kind(name) == to && *mesh.getAxisSize(name) > 1)
      axes.push_back(name);
  if (axes.empty())
    return value;
  for (StringAttr axis : axes)
    now.set(axis, to);
  return step(kind, value, axes, -1, now);
}

Value Moves::scatter(Value value, const Placement &target) {
  for (int64_t dim = 0, rank = target.dims.size(); dim < rank; ++dim) {
    Placement now = Placement::of(value.getType());
    SmallVector<StringAttr> axes(ArrayRef(target.dims[dim]).drop_front(now.dims[dim].size()));
    if (axes.empty())
      continue;
    for (StringAttr axis : axes) {
      now.set(axis, Placement::R);
      now.shard(axis, dim, target.sizes[dim]);
    }
    value = step(Kind::Slice, value, axes, dim, now);
  }
  return value;
}

} // namespace shardc
