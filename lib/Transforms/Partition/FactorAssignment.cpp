//===- FactorAssignment.cpp - Which axes shard which factor of an operation --------------------===//
#include "FactorAssignment.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace shardc {

using dist::Placement;

FactorAssignment::FactorAssignment(ShardingRuleOpInterface op, ArrayRef<Placement> placements, dist::MeshOp mesh)
    : op(op), rule(op.getShardingRule()), placements(placements), mesh(mesh), axes(rule.factors.size()),
      deciders(rule.factors.size()) {}

FailureOr<FactorAssignment> FactorAssignment::compute(ShardingRuleOpInterface op, ArrayRef<Placement> placements,
                                                      llvm::function_ref<bool(unsigned)> isParameter,
                                                      dist::MeshOp mesh) {
  FactorAssignment result(op, placements, mesh);
  result.assign(isParameter);
  result.remarkConflicts(isParameter);
  if (failed(result.checkSizes()))
    return failure();
  return result;
}

/// The parameter's computed placement decides, then the first operand.
void FactorAssignment::assign(llvm::function_ref<bool(unsigned)> isParameter) {
  for (unsigned i = 0; i < placements.size(); ++i)
    if (isParameter(i))
      assignFrom(i);
  for (unsigned i = 0; i < placements.size(); ++i)
    if (!isParameter(i))
      assignFrom(i);
}

void FactorAssignment::assignFrom(unsigned operand) {
  for (auto [dim, factors] : llvm::enumerate(rule.operands[operand])) {
    if (factors.empty() || !mayShard(factors.front()) || !axes[factors.front()].empty())
      continue;
    for (StringAttr axis : placements[operand].dims[dim]) {
      if (isTaken(axis))
        break;
      axes[factors.front()].push_back(axis);
      deciders[factors.front()] = operand;
    }
  }
}

static std::string joinNames(ArrayRef<StringAttr> axes, StringRef separator) {
  return llvm::join(llvm::map_range(axes, [](StringAttr axis) { return axis.getValue(); }), separator);
}

/// Returns why a dimension that begins with `factor` is not sharded as its operand is.
std::string FactorAssignment::describeConflict(unsigned factor, llvm::function_ref<bool(unsigned)> isParameter) {
  if (!mayShard(factor))
    return "the operation takes that dimension whole";
  std::optional<unsigned> decider = deciders[factor];
  if (!decider)
    return "its axes shard another dimension of the operation";
  return llvm::formatv("operand {0} decides, {1}, which is sharded over {2} there", *decider,
                       isParameter(*decider) ? "a parameter" : "the first that is sharded",
                       joinNames(axes[factor], ", "));
}

/// Says which operands are to be moved because others decided, and who did.
void FactorAssignment::remarkConflicts(llvm::function_ref<bool(unsigned)> isParameter) {
  if (!op->getContext()->getRemarkEngine())
    return;
  for (auto [operand, tensor] : llvm::enumerate(rule.operands))
    for (auto [dim, factors] : llvm::enumerate(tensor)) {
      ArrayRef<StringAttr> have = placements[operand].dims[dim];
      if (have.empty() || (!factors.empty() && ArrayRef(axes[factors.front()]) == have))
        continue;
      remark::analysis(op.getLoc(), remark::RemarkOpts::name("conflict").category("partition"))
          << llvm::formatv("operand {0} of {1} is sharded over {2} in dimension {3}, and is moved: {4}", operand,
                           op->getName().getStringRef(), joinNames(have, ", "), dim,
                           factors.empty() ? "the dimension has no factor"
                                           : describeConflict(factors.front(), isParameter))
                 .str();
    }
}

bool FactorAssignment::isTaken(StringAttr axis) {
  return llvm::any_of(axes, [&](auto &list) { return llvm::is_contained(list, axis); });
}

/// A factor that is the minor part of some dimension cannot be sharded there: its parts would not be contiguous.
bool FactorAssignment::mayShard(unsigned factor) {
  if (rule.factors[factor].kind == FactorKind::Whole)
    return false;
  for (const auto *side : {&rule.operands, &rule.results})
    for (const TensorFactors &dims : *side)
      for (const DimFactors &dim : dims)
        if (!dim.empty() && llvm::is_contained(ArrayRef(dim).drop_front(), factor))
          return false;
  return true;
}

ArrayRef<int64_t> FactorAssignment::shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

int64_t FactorAssignment::sizeOf(unsigned factor) {
  auto find = [&](ValueRange values, ArrayRef<TensorFactors> tensors) -> int64_t {
    for (auto [value, dims] : llvm::zip(values, tensors))
      for (auto [size, dim] : llvm::zip(shapeOf(value), dims))
        if (dim.size() == 1 && dim.front() == factor)
          return size;
    return 0;
  };
  if (int64_t size = find(op->getOperands(), rule.operands))
    return size;
  return find(op->getResults(), rule.results);
}

/// Returns the dimension that `factor` is the major one of several of, as its number and size; nothing if there is
/// none.
std::optional<std::pair<unsigned, int64_t>> FactorAssignment::findProduct(unsigned factor) {
  auto find = [&](ValueRange values, ArrayRef<TensorFactors> tensors) -> std::optional<std::pair<unsigned, int64_t>> {
    for (auto [value, dims] : llvm::zip(values, tensors))
      for (auto [number, dim] : llvm::enumerate(dims))
        if (dim.size() > 1 && dim.front() == factor)
          return std::make_pair(unsigned(number), shapeOf(value)[number]);
    return std::nullopt;
  };
  if (auto product = find(op->getOperands(), rule.operands))
    return product;
  return find(op->getResults(), rule.results);
}

/// Begins an error with the dotted name of the module that the operation stems from, where it is known.
InFlightDiagnostic FactorAssignment::emitError() {
  InFlightDiagnostic diag = op.emitError();
  if (auto module = op.getLoc()->findInstanceOf<NameLoc>())
    diag << module.getName().getValue() << ": ";
  return diag;
}

/// Parts of a product must be whole on each rank; so must a contracted factor, whose padding would count.
LogicalResult FactorAssignment::checkSizes() {
  for (unsigned factor = 0; factor < axes.size(); ++factor) {
    int64_t ranks = mesh.getGroupSize(axes[factor]), size = sizeOf(factor);
    if (ranks == 1 || size == 0 || size % ranks == 0)
      continue;
    auto product = findProduct(factor);
    if (!product && rule.factors[factor].kind != FactorKind::Sum)
      continue;
    std::string names = joinNames(axes[factor], " x ");
    InFlightDiagnostic diag = emitError();
    if (product)
      diag << "the " << size << " parts (heads, in attention) of dimension " << product->first << ", of size "
           << product->second << ",";
    else
      diag << "a dimension of size " << size << " that is summed over";
    return diag << " cannot be split evenly over the " << ranks << " ranks of " << names << "; choose a size of "
                << names << " that divides " << size << ", or a plan that does not shard this module";
  }
  return success();
}

bool FactorAssignment::isFloat(unsigned index) {
  return isa<FloatType>(cast<RankedTensorType>(op->getOperand(index).getType()).getElementType());
}

Placement FactorAssignment::shardsOf(ArrayRef<int64_t> shape, const TensorFactors &dims) {
  Placement result = Placement::replicated(shape.size());
  for (auto [dim, factors] : llvm::enumerate(dims))
    if (!factors.empty())
      for (StringAttr axis : axes[factors.front()])
        result.shard(axis, dim, shape[dim]);
  return result;
}

Placement FactorAssignment::shardsOfResult(unsigned index) {
  return shardsOf(shapeOf(op->getResult(index)), rule.results[index]);
}

Placement FactorAssignment::wanted(unsigned index) {
  Placement result = shardsOf(shapeOf(op->getOperand(index)), rule.operands[index]);
  for (auto axis : mesh.getAxes().getAsRange<StringAttr>())
    if (*mesh.getAxisSize(axis) > 1 && result.kind(axis) != Placement::S)
      result.set(axis, wantedKind(index, axis));
  return result;
}

/// What an operand that is not sharded over `axis` must be there.
Placement::Kind FactorAssignment::wantedKind(unsigned index, StringAttr axis) {
  if (!isFloat(index))
    return placements[index].kind(axis) == Placement::C ? Placement::C : Placement::R;
  if (isTaken(axis))
    return Placement::C;
  SmallVector<unsigned, 2> partial;
  bool anyCopied = false;
  for (unsigned i = 0; i < placements.size(); ++i) {
    if (placements[i].kind(axis) == Placement::P)
      partial.push_back(i);
    anyCopied |= placements[i].kind(axis) == Placement::C;
  }
  if (!partial.empty() && llvm::is_contained(rule.linear, partial))
    return llvm::is_contained(partial, index) ? Placement::P : Placement::C;
  return anyCopied ? Placement::C : Placement::R;
}

} // namespace shardc
