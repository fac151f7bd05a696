//===- InferPlacements.cpp - The placements of results from those of operands ------------------===//
//
// The rule of Placement.h. First each axis by itself: what the operands are along it says what the results are, or
// which operand is at fault. Then the sharded dimensions as a whole: all dimensions that begin with a factor have its
// axes in one order, and a result's global size follows from an operand's.
//
//=== ------------------------------------------------------------------------------------------===//
#include "Verify.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

using Kind = Placement::Kind;

namespace {

/// Where a factor occurs: in a dimension of an operand or a result, as the major factor of it or not.
struct Occurrence {
  int64_t dim = -1;
  bool major = false;
  explicit operator bool() const { return dim >= 0; }
};

Occurrence find(const TensorFactors &tensor, unsigned factor) {
  for (auto [dim, factors] : llvm::enumerate(tensor))
    if (llvm::is_contained(factors, factor))
      return {static_cast<int64_t>(dim), factors.front() == factor};
  return {};
}

/// A sharded dimension of an operand.
struct Cut {
  unsigned operand;
  int64_t dim, size, extent;
  bool compound;
};

class Inference {
public:
  Inference(Operation *op, const ShardingRule &rule, ArrayRef<Placement> operands, ArrayRef<Placement> hints)
      : op(op), rule(rule), operands(operands), hints(hints), axesOfFactor(rule.factors.size()) {}

  LogicalResult run(SmallVectorImpl<Placement> &results);

private:
  // One axis.
  LogicalResult inferAxis(StringAttr axis);
  LogicalResult inferSharded(StringAttr axis, unsigned operand);
  LogicalResult inferPartial(StringAttr axis);
  LogicalResult inferWithoutOperands(StringAttr axis);
  LogicalResult requireCopied(StringAttr axis, const Twine &reason);
  void setResults(StringAttr axis, Kind kind);

  // All axes of a factor.
  LogicalResult checkOrder(unsigned factor);
  LogicalResult checkSizes();
  LogicalResult checkCuts(unsigned factor);
  LogicalResult shardResults(unsigned factor);
  FailureOr<int64_t> resultSize(unsigned result, int64_t dim);
  FailureOr<int64_t> derivedSize(unsigned result, int64_t dim);

  Kind kind(unsigned operand, StringAttr axis) const { return operands[operand].kind(axis); }
  bool isInteger(unsigned operand) const { return getElementTypeOrSelf(op->getOperand(operand)).isInteger(); }
  int64_t localExtent(Value value, int64_t dim) const {
    return cast<RankedTensorType>(value.getType()).getDimSize(dim);
  }
  int64_t localSizeOf(int64_t size, ArrayRef<StringAttr> axes) const;
  int hintedFactor(StringAttr axis) const;
  unsigned majorFactor(ArrayRef<TensorFactors> tensors, unsigned tensor, int64_t dim) const {
    return tensors[tensor][dim].front();
  }

  /// `operand 1 is R on "tp" and must be C: ` and a reason.
  LogicalResult mustBe(unsigned operand, StringAttr axis, const Twine &expected, const Twine &reason);
  InFlightDiagnostic error() { return op->emitOpError(); }

  Operation *op;
  const ShardingRule &rule;
  ArrayRef<Placement> operands, hints;
  SmallVector<Placement> inferred;
  /// The axes that each factor is sharded over, major to minor.
  SmallVector<SmallVector<StringAttr, 2>> axesOfFactor;
};

std::string quoted(StringAttr axis) {
  return ("\"" + axis.getValue() + "\"").str();
}

std::string list(ArrayRef<StringAttr> axes) {
  return "[" + llvm::join(llvm::map_range(axes, quoted), ", ") + "]";
}

} // namespace

LogicalResult Inference::mustBe(unsigned operand, StringAttr axis, const Twine &expected, const Twine &reason) {
  return error() << "operand " << operand << " is " << letter(kind(operand, axis)) << " on " << axis << " and must be "
                 << expected << ": " << reason;
}

void Inference::setResults(StringAttr axis, Kind kind) {
  for (Placement &result : inferred)
    result.set(axis, kind);
}

int64_t Inference::localSizeOf(int64_t size, ArrayRef<StringAttr> axes) const {
  MeshOp mesh = meshOf(op);
  return localSize(size,
                   llvm::map_to_vector(axes, [&](StringAttr axis) { return mesh.getAxisSize(axis).value_or(1); }));
}

//===- One axis --------------------------------------------------------------------------------===//

/// Returns the factor that occurs in results only and that the hints shard over `axis`, or -1.
int Inference::hintedFactor(StringAttr axis) const {
  for (auto [result, hint] : llvm::enumerate(hints)) {
    int64_t dim = hint.dimOf(axis);
    if (dim < 0 || rule.results[result][dim].empty())
      continue;
    unsigned factor = majorFactor(rule.results, result, dim);
    if (llvm::none_of(rule.operands, [&](const TensorFactors &operand) { return bool(find(operand, factor)); }))
      return factor;
  }
  return -1;
}

/// Checks that every operand is C on `axis`; R is as good for integers.
LogicalResult Inference::requireCopied(StringAttr axis, const Twine &reason) {
  for (unsigned operand : llvm::seq<unsigned>(0, operands.size()))
    if (kind(operand, axis) != Kind::C && !(isInteger(operand) && kind(operand, axis) == Kind::R))
      return mustBe(operand, axis, "C", reason);
  return success();
}

LogicalResult Inference::inferAxis(StringAttr axis) {
  for (unsigned operand : llvm::seq<unsigned>(0, operands.size()))
    if (kind(operand, axis) == Kind::S)
      return inferSharded(axis, operand);
  if (int factor = hintedFactor(axis); factor >= 0) {
    axesOfFactor[factor].push_back(axis);
    setResults(axis, Kind::C);
    return requireCopied(axis, "factor " + rule.factors[factor].name + " of the results is sharded there");
  }
  if (operands.empty())
    return inferWithoutOperands(axis);
  // Of integers R and C are the same, so they do not decide unless there is nothing else.
  bool onlyIntegers = llvm::all_of(llvm::seq<unsigned>(0, operands.size()), [&](unsigned i) { return isInteger(i); });
  int copied = -1;
  for (unsigned operand : llvm::seq<unsigned>(0, operands.size())) {
    if (kind(operand, axis) == Kind::P)
      return inferPartial(axis);
    if (kind(operand, axis) == Kind::C && copied < 0 && (onlyIntegers || !isInteger(operand)))
      copied = operand;
  }
  if (copied < 0)
    return success();
  setResults(axis, Kind::C);
  return requireCopied(axis, "operand " + Twine(copied) + " is C");
}

/// A constant is what the hints say, R or C; P too if its rule says that it is linear in nothing, as zeros are.
LogicalResult Inference::inferWithoutOperands(StringAttr axis) {
  for (auto [result, hint] : llvm::zip_equal(inferred, hints)) {
    Kind kind = hint.kind(axis);
    if (kind == Kind::C ||
        (kind == Kind::P && llvm::any_of(rule.linear, [](ArrayRef<unsigned> set) { return set.empty(); })))
      result.set(axis, kind);
  }
  return success();
}

LogicalResult Inference::inferSharded(StringAttr axis, unsigned operand) {
  int64_t dim = operands[operand].dimOf(axis);
  if (rule.operands[operand][dim].empty())
    return error() << "operand " << operand << " is sharded on " << axis << " in dimension " << dim
                   << ", which has no factor";
  unsigned factor = majorFactor(rule.operands, operand, dim);
  StringRef name = rule.factors[factor].name;
  if (rule.factors[factor].kind == FactorKind::Whole)
    return error() << "operand " << operand << " is sharded on " << axis << " in dimension " << dim << ", and factor "
                   << name << " must be whole";
  std::string there = "operand " + std::to_string(operand) + " is sharded there";
  for (unsigned other : llvm::seq<unsigned>(0, operands.size())) {
    Occurrence occurrence = find(rule.operands[other], factor);
    if (occurrence && !occurrence.major)
      return error() << "factor " << name << " is sharded on " << axis << " and is not the major one of dimension "
                     << occurrence.dim << " of operand " << other;
    if (occurrence && operands[other].dimOf(axis) != occurrence.dim)
      return mustBe(other, axis, "S in dimension " + Twine(occurrence.dim), there);
    bool copied = kind(other, axis) == Kind::C || (isInteger(other) && kind(other, axis) == Kind::R);
    if (!occurrence && !copied)
      return mustBe(other, axis, "C", there);
  }
  axesOfFactor[factor].push_back(axis);
  // Of a result that lacks the factor each rank has its part of the sum.
  setResults(axis, Kind::P);
  return success();
}

LogicalResult Inference::inferPartial(StringAttr axis) {
  SmallVector<unsigned, 2> partial;
  for (unsigned operand : llvm::seq<unsigned>(0, operands.size()))
    if (kind(operand, axis) == Kind::P)
      partial.push_back(operand);
  // The set that they are, or else the first that they could have been meant to be.
  auto linear = llvm::find(rule.linear, partial);
  if (linear == rule.linear.end())
    linear =
        llvm::find_if(rule.linear, [&](ArrayRef<unsigned> set) { return llvm::is_contained(set, partial.front()); });
  if (linear == rule.linear.end())
    return mustBe(partial.front(), axis, "reduced", "the operation is not linear in it");
  std::string there = "operand " + std::to_string(partial.front()) + " is P";
  for (unsigned operand : llvm::seq<unsigned>(0, operands.size())) {
    bool inSet = llvm::is_contained(*linear, operand);
    bool copied = kind(operand, axis) == Kind::C || (isInteger(operand) && kind(operand, axis) == Kind::R);
    if (inSet && kind(operand, axis) != Kind::P)
      return mustBe(operand, axis, "P", there);
    if (!inSet && !copied)
      return mustBe(operand, axis, "C", there);
  }
  setResults(axis, Kind::P);
  return success();
}

//===- All axes of a factor --------------------------------------------------------------------===//

/// Settles the order of a factor's axes, that of the first operand (or hint) with it, and checks the others against it.
LogicalResult Inference::checkOrder(unsigned factor) {
  int first = -1;
  for (auto [operand, factors] : llvm::enumerate(rule.operands)) {
    Occurrence occurrence = find(factors, factor);
    if (!occurrence)
      continue;
    ArrayRef<StringAttr> axes = operands[operand].dims[occurrence.dim];
    if (first < 0) {
      first = operand;
      axesOfFactor[factor].assign(axes.begin(), axes.end());
    } else if (axes != ArrayRef<StringAttr>(axesOfFactor[factor])) {
      return error() << "operand " << operand << " is sharded over " << list(axes) << " in dimension " << occurrence.dim
                     << " and must be over " << list(axesOfFactor[factor]) << " as operand " << first << " is";
    }
  }
  for (auto [result, hint] : llvm::enumerate(hints)) {
    Occurrence occurrence = find(rule.results[result], factor);
    if (first >= 0 || !occurrence || hint.dims[occurrence.dim].empty())
      continue;
    first = result;
    SmallVector<StringAttr, 2> found = std::move(axesOfFactor[factor]);
    llvm::copy_if(hint.dims[occurrence.dim], std::back_inserter(axesOfFactor[factor]),
                  [&](StringAttr axis) { return llvm::is_contained(found, axis); });
  }
  return success();
}

/// Checks that sharded dimensions of the same factors have the same global size.
LogicalResult Inference::checkSizes() {
  SmallVector<std::pair<DimFactors, std::pair<unsigned, int64_t>>> seen;
  for (auto [operand, tensor] : llvm::enumerate(rule.operands))
    for (auto [dim, factors] : llvm::enumerate(tensor)) {
      int64_t size = operands[operand].sizes[dim];
      if (size == 0)
        continue;
      auto *same = llvm::find_if(seen, [&](auto &entry) { return entry.first == factors; });
      if (same == seen.end())
        seen.push_back({factors, {operand, size}});
      else if (same->second.second != size)
        return error() << "operand " << operand << " has global size " << size << " in dimension " << dim
                       << " and must have " << same->second.second << " as operand " << same->second.first << " has";
    }
  return success();
}

/// Checks that dimensions which begin with `factor`, alone or with others, are cut at the same of its elements: 12
/// heads in 3 groups over 2 ranks are 6 and 6, but the groups are 2 and 1.
LogicalResult Inference::checkCuts(unsigned factor) {
  SmallVector<Cut> cuts;
  for (auto [operand, tensor] : llvm::enumerate(rule.operands))
    if (Occurrence occurrence = find(tensor, factor))
      cuts.push_back({static_cast<unsigned>(operand), occurrence.dim, operands[operand].sizes[occurrence.dim],
                      localExtent(op->getOperand(operand), occurrence.dim), tensor[occurrence.dim].size() > 1});
  // One dimension that is the factor itself, if there is any, is what the others are compared with.
  auto *alone = llvm::find_if(cuts, [](const Cut &cut) { return !cut.compound; });
  int64_t ranks = meshOf(op).getGroupSize(axesOfFactor[factor]);
  for (const Cut &cut : cuts) {
    if (!cut.compound || alone == cuts.end())
      continue;
    int64_t row = cut.extent / alone->extent;
    if (cut.extent % alone->extent != 0 || llvm::divideCeil(cut.size, row) != static_cast<uint64_t>(alone->size))
      return error() << "dimension " << cut.dim << " of operand " << cut.operand << " has global size " << cut.size
                     << " and is not cut over " << ranks << " ranks where dimension " << alone->dim << " of operand "
                     << alone->operand << " of size " << alone->size << " is";
  }
  return success();
}

/// Derives the global size of a result's dimension whose factors no operand has as one dimension, from local extents:
/// of the operand dimension that has the major factor, the rows that hold elements; without one, as many as all ranks
/// have together.
FailureOr<int64_t> Inference::derivedSize(unsigned result, int64_t dim) {
  unsigned factor = majorFactor(rule.results, result, dim);
  ArrayRef<StringAttr> axes = axesOfFactor[factor];
  int64_t local = localExtent(op->getResult(result), dim);
  int64_t padded = local * meshOf(op).getGroupSize(axes);
  bool compound = rule.results[result][dim].size() > 1;
  for (auto [operand, tensor] : llvm::enumerate(rule.operands)) {
    Occurrence occurrence = find(tensor, factor);
    if (!occurrence)
      continue;
    int64_t size = operands[operand].sizes[occurrence.dim],
            extent = localExtent(op->getOperand(operand), occurrence.dim);
    bool even = size == extent * meshOf(op).getGroupSize(axes);
    if (even)
      return padded;
    // What is padded keeps its layout only where the result's dimension counts rows of the operand's.
    int64_t row = extent / local;
    if (!compound && extent % local == 0 && localSizeOf(llvm::divideCeil(size, row), axes) == local)
      return llvm::divideCeil(size, row);
    return error() << "dimension " << occurrence.dim << " of operand " << operand << " has global size " << size
                   << ", which must divide among the ranks of " << list(axes);
  }
  return padded;
}

FailureOr<int64_t> Inference::resultSize(unsigned result, int64_t dim) {
  const DimFactors &factors = rule.results[result][dim];
  for (auto [operand, tensor] : llvm::enumerate(rule.operands))
    for (auto [operandDim, operandFactors] : llvm::enumerate(tensor))
      if (operandFactors == factors)
        return operands[operand].sizes[operandDim];
  ArrayRef<StringAttr> axes = axesOfFactor[factors.front()];
  auto fits = [&](const Placement &placement) {
    return placement.dims[dim] == axes &&
           localSizeOf(placement.sizes[dim], axes) == localExtent(op->getResult(result), dim);
  };
  if (!hints.empty() && fits(hints[result]))
    return hints[result].sizes[dim];
  if (Placement declared = Placement::of(op->getResult(result).getType()); fits(declared))
    return declared.sizes[dim];
  return derivedSize(result, dim);
}

/// Turns the results' dimensions that begin with `factor` into S.
LogicalResult Inference::shardResults(unsigned factor) {
  for (auto [result, tensor] : llvm::enumerate(rule.results)) {
    Occurrence occurrence = find(tensor, factor);
    if (!occurrence)
      continue;
    if (!occurrence.major)
      return error() << "factor " << rule.factors[factor].name << " is sharded on " << axesOfFactor[factor].front()
                     << " and is not the major one of dimension " << occurrence.dim << " of result " << result;
    FailureOr<int64_t> size = resultSize(result, occurrence.dim);
    if (failed(size))
      return failure();
    for (StringAttr axis : axesOfFactor[factor])
      inferred[result].shard(axis, occurrence.dim, *size);
  }
  return success();
}

LogicalResult Inference::run(SmallVectorImpl<Placement> &results) {
  for (Value result : op->getResults())
    inferred.push_back(Placement::replicated(cast<RankedTensorType>(result.getType()).getRank()));
  llvm::SetVector<StringAttr> axes;
  for (const Placement &placement : llvm::concat<const Placement>(operands, hints)) {
    for (const auto &dim : placement.dims)
      axes.insert(dim.begin(), dim.end());
    axes.insert(placement.copied.begin(), placement.copied.end());
    axes.insert(placement.partial.begin(), placement.partial.end());
  }
  if (!axes.empty() && !requireMesh(op))
    return failure();
  for (StringAttr axis : axes)
    if (failed(inferAxis(axis)))
      return failure();
  if (failed(checkSizes()))
    return failure();
  for (unsigned factor : llvm::seq<unsigned>(0, rule.factors.size()))
    if (!axesOfFactor[factor].empty() &&
        (failed(checkOrder(factor)) || failed(checkCuts(factor)) || failed(shardResults(factor))))
      return failure();
  results.assign(inferred.begin(), inferred.end());
  return success();
}

LogicalResult dist::inferPlacements(Operation *op, const ShardingRule &rule, ArrayRef<Placement> operands,
                                    SmallVectorImpl<Placement> &results) {
  auto fits = [](ArrayRef<TensorFactors> tensors, TypeRange types) {
    return llvm::equal(tensors, types, [](const TensorFactors &factors, Type type) {
      return factors.size() == static_cast<size_t>(cast<RankedTensorType>(type).getRank());
    });
  };
  if (operands.size() != op->getNumOperands() || !fits(rule.operands, op->getOperandTypes()) ||
      !fits(rule.results, op->getResultTypes()))
    return op->emitOpError("rule ") << rule.str() << " does not have its operands and results";
  // Results that are not given one by one are no hints.
  ArrayRef<Placement> hints = results;
  return Inference(op, rule, operands, hints.size() == op->getNumResults() ? hints : ArrayRef<Placement>())
      .run(results);
}
