//===- ParameterPlan.cpp - The place of each parameter in the plan -----------------------------===//
#include "ParameterPlan.h"

using namespace mlir;

namespace shardc {

using dist::Placement;

SmallVector<StringAttr> usedAxes(dist::MeshOp mesh, ArrayRef<StringRef> names) {
  SmallVector<StringAttr> result;
  for (StringRef name : names)
    if (mesh.getAxisSize(name).value_or(1) > 1)
      result.push_back(StringAttr::get(mesh.getContext(), name));
  return result;
}

dist::ShardingAttr shardingOf(const Placement &placement, MLIRContext *context) {
  if (auto attr = placement.toAttr(context))
    return attr;
  return dist::ShardingAttr::get(context, SmallVector<ArrayAttr>(placement.dims.size(), ArrayAttr::get(context, {})),
                                 SmallVector<int64_t>(placement.dims.size(), 0), {}, {});
}

/// The outermost list element that holds a node; parameters below it are gathered together.
static std::string unitOf(const ModuleNode &node) {
  std::string unit;
  for (const ModuleNode *it = &node; it; it = it->parent)
    if (it->isElement)
      unit = it->path;
  return unit;
}

std::string ParameterPlan::causeOf(ModuleNode &node, const std::string &name) {
  const Style *style = plan.styleOf(node);
  return style ? name + ": " + style->name.str() : name;
}

std::optional<std::string> ParameterPlan::ownerOf(std::string name) {
  for (size_t steps = 0; steps <= ties.size(); ++steps) {
    auto tie = ties.find(name);
    if (tie == ties.end())
      return name;
    name = tie->second;
  }
  return std::nullopt;
}

static std::string tensorOf(ModuleNode &node, ParameterOpInterface op) {
  std::optional<TensorPart> part = op.getTensorPart();
  return part ? node.join(part->tensor) : "";
}

LogicalResult ParameterPlan::collect() {
  root.walk([&](ModuleNode &node) {
    for (const auto &[from, to] : node.ties)
      ties[node.join(from)] = to;
  });
  LogicalResult result = success();
  // Owners first: a tied use may come before its owner in the tree.
  root.walk([&](ModuleNode &node) {
    for (ParameterOpInterface op : node.parameters()) {
      std::string own = node.join(op.getParameterName());
      if (ownerOf(own) == own)
        parameters[own] = {op, unitOf(node),      plan.shardedDim(node, op.getParameterName()), causeOf(node, own),
                           {}, tensorOf(node, op)};
    }
  });
  root.walk([&](ModuleNode &node) {
    for (ParameterOpInterface op : node.parameters())
      if (succeeded(result))
        result = addTiedUse(node, op);
  });
  return result;
}

LogicalResult ParameterPlan::addTiedUse(ModuleNode &node, ParameterOpInterface op) {
  std::string own = node.join(op.getParameterName());
  std::optional<std::string> owner = ownerOf(own);
  if (!owner)
    return op.emitError("parameter ") << own << " is tied in a ring";
  if (own == *owner)
    return success();
  Parameter &parameter = parameters.find(*owner)->second;
  parameter.aliases.push_back(own);
  int64_t dim = plan.shardedDim(node, op.getParameterName());
  if (dim == parameter.tpDim)
    return success();
  auto describe = [](int64_t dim) {
    return dim < 0 ? std::string("replicated") : "sharded on dimension " + std::to_string(dim);
  };
  return op.emitError("parameter ") << *owner << " is " << describe(parameter.tpDim) << " over tp by \""
                                    << parameter.planned << "\" and " << describe(dim) << " by \"" << causeOf(node, own)
                                    << "\"; uses of a tied parameter must agree";
}

/// The placement that stored and computed have in common: how the style splits the parameter.
Placement ParameterPlan::splitPlacement(const Parameter &parameter) {
  auto type = ParameterOpInterface(parameter.op).getParameterType();
  Placement placement = Placement::replicated(type.getRank());
  if (parameter.tpDim >= 0)
    placement.shard(tp, parameter.tpDim, type.getDimSize(parameter.tpDim));
  return placement;
}

Placement ParameterPlan::computedPlacement(const Parameter &parameter) {
  Placement placement = splitPlacement(parameter);
  for (StringAttr axis : usedAxes(mesh, {"dp_replicate", "dp_shard", "cp"}))
    placement.set(axis, Placement::C);
  return placement;
}

Placement ParameterPlan::storedPlacement(const Parameter &parameter) {
  auto type = ParameterOpInterface(parameter.op).getParameterType();
  Placement placement = splitPlacement(parameter);
  // A scalar has no dimension to shard: it is stored whole.
  if (type.getRank() > 0)
    for (StringAttr axis : usedAxes(mesh, {"dp_shard"}))
      placement.shard(axis, 0, type.getDimSize(0));
  return placement;
}

static void setPart(dist::ParameterOp op, StringRef tensor, const TensorPart &part) {
  op.setTensor(tensor);
  op.setTensorDim(part.dim);
  op.setTensorAt(part.at);
  op.setTensorSize(part.size);
}

void ParameterPlan::declare() {
  OpBuilder b(context);
  b.setInsertionPointAfter(mesh);
  for (auto &[name, parameter] : parameters) {
    ParameterOpInterface op = parameter.op;
    SmallVector<StringRef> aliases(parameter.aliases.begin(), parameter.aliases.end());
    auto declared = dist::ParameterOp::create(
        b, NameLoc::get(b.getStringAttr(op.getParameterName()), op.getLoc()), name, op.getParameterType(),
        shardingOf(storedPlacement(parameter), context), parameter.unit, op.getInitializer());
    if (!aliases.empty())
      declared.setAliasesAttr(b.getStrArrayAttr(aliases));
    if (std::optional<TensorPart> part = op.getTensorPart())
      setPart(declared, parameter.tensor, *part);
  }
}

Value ParameterPlan::unshard(ModuleNode &node, StringRef name, OpBuilder &builder) {
  std::string full = *ownerOf(node.join(name));
  const Parameter &parameter = parameters.find(full)->second;
  ParameterOpInterface op = parameter.op;
  return dist::UnshardOp::create(builder, node.at(op.getLoc()), op.getParameterType(), full,
                                 shardingOf(computedPlacement(parameter), context), causeOf(node, node.join(name)));
}

} // namespace shardc
