//===- PartitionBuilder.cpp - What an operation with a custom factor is rebuilt with -----------===//
#include "PartitionBuilder.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace shardc;
using dist::Placement;

/// Returns the name of the module that an operation stems from.
static StringRef moduleOf(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName().getValue();
  return "";
}

std::string shardc::causeOf(Operation *op, StringRef what) {
  StringRef module = moduleOf(op->getLoc());
  return module.empty() ? what.str() : module.str() + ": " + what.str();
}

std::string shardc::causeOf(Operation *op) {
  return causeOf(op, op->getName().stripDialect());
}

ValueRange PartitionBuilder::place(Operation *op) {
  if (failed(dist::placeResults(op, cast<ShardingRuleOpInterface>(op).getShardingRule())))
    anyFailed = true;
  return op->getResults();
}

Value PartitionBuilder::localIndex(Value indices, StringRef factor) {
  if (!isSharded(factor))
    return indices;
  int64_t size = assignment.sizeOf(assignment.getRule().find(factor));
  return dist::LocalIndexOp::create(builder, loc, indices.getType(), indices, names(factor),
                                    builder.getI64IntegerAttr(size));
}

Value PartitionBuilder::mask(Value value, int64_t dim, double neutral) {
  if (!dist::isPadded(cast<RankedTensorType>(value.getType()), dim, mesh))
    return value;
  return dist::MaskOp::create(builder, loc, value.getType(), value, builder.getI64IntegerAttr(dim),
                              builder.getF64FloatAttr(neutral));
}

void PartitionBuilder::remarkCollective(StringRef kind, StringRef factor) {
  remark::analysis(loc, remark::RemarkOpts::name("custom").category("partition")) << remark::add(
      "{0} stands here: {1} combines what ranks have of its factor {2}", kind.str(), cause.str(), factor.str());
}

Value PartitionBuilder::allReduce(Value value, StringRef factor) {
  if (!isSharded(factor))
    return value;
  remarkCollective("all_reduce", factor);
  auto type = cast<RankedTensorType>(value.getType());
  Placement placement = Placement::of(type);
  for (StringAttr axis : axesOf(factor))
    placement.set(axis, Placement::R);
  return dist::AllReduceOp::create(builder, loc, dist::withPlacement(type, placement), value, names(factor), cause);
}

Value PartitionBuilder::allGather(Value value, int64_t dim, StringRef factor) {
  if (!isSharded(factor))
    return value;
  remarkCollective("all_gather", factor);
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape = dist::globalShape(type);
  Placement placement = Placement::of(type);
  placement.dims[dim].truncate(placement.dims[dim].size() - axesOf(factor).size());
  if (placement.dims[dim].empty())
    placement.sizes[dim] = 0;
  auto whole = dist::localType(shape, type.getElementType(), placement, mesh);
  return dist::AllGatherOp::create(builder, loc, whole, value, names(factor), dim, cause);
}
