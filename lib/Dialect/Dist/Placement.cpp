//===- Placement.cpp - Questions about placements ----------------------------------------------===//
#include "shardc/Dialect/Dist/Placement.h"
#include "shardc/Dialect/Dist/Dist.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

Placement Placement::replicated(int64_t rank) {
  Placement placement;
  placement.dims.resize(rank);
  placement.sizes.resize(rank, 0);
  return placement;
}

Placement Placement::of(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  if (auto attr = dyn_cast_or_null<ShardingAttr>(tensor.getEncoding()))
    return of(attr);
  return replicated(tensor.getRank());
}

Placement Placement::of(ShardingAttr attr) {
  Placement placement = replicated(attr.getDims().size());
  for (auto [dim, axes] : llvm::enumerate(placement.dims))
    llvm::append_range(axes, attr.getAxes(dim));
  placement.sizes.assign(attr.getSizes().begin(), attr.getSizes().end());
  placement.copied.assign(attr.getCopied().begin(), attr.getCopied().end());
  placement.partial.assign(attr.getPartial().begin(), attr.getPartial().end());
  return placement;
}

ShardingAttr Placement::toAttr(MLIRContext *context) const {
  if (*this == replicated(dims.size()))
    return {};
  SmallVector<ArrayAttr> axes;
  for (ArrayRef<StringAttr> dim : dims)
    axes.push_back(ArrayAttr::get(context, SmallVector<Attribute>(dim.begin(), dim.end())));
  return ShardingAttr::get(context, axes, sizes, copied, partial);
}

Placement::Kind Placement::kind(StringAttr axis) const {
  if (llvm::is_contained(copied, axis))
    return C;
  if (llvm::is_contained(partial, axis))
    return P;
  return dimOf(axis) < 0 ? R : S;
}

int64_t Placement::dimOf(StringAttr axis) const {
  for (auto [dim, axes] : llvm::enumerate(dims))
    if (llvm::is_contained(axes, axis))
      return dim;
  return -1;
}

void Placement::set(StringAttr axis, Kind kind) {
  for (auto [axes, size] : llvm::zip_equal(dims, sizes)) {
    llvm::erase(axes, axis);
    if (axes.empty())
      size = 0;
  }
  llvm::erase(copied, axis);
  llvm::erase(partial, axis);
  if (kind == R)
    return;
  // Sorted, as the attribute keeps them, so that equal placements compare equal.
  SmallVector<StringAttr, 2> &axes = kind == C ? copied : partial;
  axes.push_back(axis);
  axes = SmallVector<StringAttr, 2>(ShardingAttr::sorted(axes));
}

void Placement::shard(StringAttr axis, int64_t dim, int64_t size) {
  set(axis, R);
  dims[dim].push_back(axis);
  sizes[dim] = size;
}

Placement Placement::dual() const {
  Placement result = *this;
  std::swap(result.copied, result.partial);
  return result;
}

char dist::letter(Placement::Kind kind) {
  return "RSCP"[kind];
}

int64_t dist::localSize(int64_t size, ArrayRef<int64_t> axisSizes) {
  for (int64_t axisSize : axisSizes)
    size = llvm::divideCeil(size, axisSize);
  return size;
}

MeshOp dist::meshOf(Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  for (module = module ? module : op->getParentOfType<ModuleOp>(); module; module = module->getParentOfType<ModuleOp>())
    for (MeshOp mesh : module.getOps<MeshOp>())
      return mesh;
  return {};
}

/// Returns the sizes of `axes`; verifiers have seen to it that the mesh has them.
static SmallVector<int64_t> sizesOf(ArrayRef<StringAttr> axes, MeshOp mesh) {
  return llvm::map_to_vector(axes, [&](StringAttr axis) { return mesh.getAxisSize(axis).value_or(1); });
}

RankedTensorType dist::localType(ArrayRef<int64_t> shape, Type elementType, const Placement &placement, MeshOp mesh) {
  SmallVector<int64_t> local;
  Placement result = placement;
  for (auto [dim, size] : llvm::enumerate(shape)) {
    local.push_back(localSize(size, sizesOf(placement.dims[dim], mesh)));
    result.sizes[dim] = placement.dims[dim].empty() ? 0 : size;
  }
  return RankedTensorType::get(local, elementType, result.toAttr(elementType.getContext()));
}

SmallVector<int64_t> dist::globalShape(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  for (auto [dim, size] : llvm::enumerate(Placement::of(type).sizes))
    if (size != 0)
      shape[dim] = size;
  return shape;
}

RankedTensorType dist::withPlacement(RankedTensorType type, const Placement &placement) {
  return RankedTensorType::get(type.getShape(), type.getElementType(), placement.toAttr(type.getContext()));
}

RankedTensorType dist::dualType(RankedTensorType type) {
  return withPlacement(type, Placement::of(type).dual());
}

RankedTensorType dist::dualType(RankedTensorType type, Type elementType) {
  return cast<RankedTensorType>(dualType(type).clone(elementType));
}

bool dist::isPadded(RankedTensorType type, int64_t dim, MeshOp mesh) {
  Placement placement = Placement::of(type);
  if (placement.dims[dim].empty())
    return false;
  return type.getDimSize(dim) * mesh.getGroupSize(placement.dims[dim]) != placement.sizes[dim];
}

LogicalResult dist::placeResults(Operation *op, const ShardingRule &rule, SmallVector<Placement> given) {
  SmallVector<Placement> operands =
      llvm::map_to_vector(op->getOperandTypes(), [](Type type) { return Placement::of(type); });
  if (failed(inferPlacements(op, rule, operands, given)))
    return failure();
  for (auto [result, placement] : llvm::zip(op->getResults(), given))
    result.setType(withPlacement(cast<RankedTensorType>(result.getType()), placement));
  return success();
}
