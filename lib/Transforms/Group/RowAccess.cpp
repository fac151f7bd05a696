//===- RowAccess.cpp - How an operation's loops run over rows ----------------------------------===//
#include "shardc/Transforms/Group/RowAccess.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace shardc;

//=== ------------------------------------------------------------------------------------------===//
// Row access
//=== ------------------------------------------------------------------------------------------===//

/// Returns how many leading results of `map` are d0, d1, ... in order.
static unsigned numLeadingLoops(AffineMap map) {
  unsigned count = 0;
  while (count < map.getNumResults() && map.getResult(count) == getAffineDimExpr(count, map.getContext()))
    ++count;
  return count;
}

/// Returns how many leading dimensions a view keeps; nothing if `op` is no view.
static std::optional<unsigned> numKeptDims(Operation *op) {
  auto countSingle = [](ArrayRef<ReassociationIndices> groups) -> unsigned {
    return llvm::find_if(groups, [](const ReassociationIndices &group) { return group.size() != 1; }) - groups.begin();
  };
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return countSingle(expand.getReassociationIndices());
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return countSingle(collapse.getReassociationIndices());
  return std::nullopt;
}

/// Returns at how many leading dimensions every use of `value` is at the row of the loops.
static unsigned rowsOfUses(Value value) {
  unsigned rows = cast<RankedTensorType>(value.getType()).getRank();
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (std::optional<unsigned> kept = numKeptDims(user))
      rows = std::min({rows, *kept, rowsOfUses(user->getResult(0))});
    else if (auto generic = dyn_cast<linalg::GenericOp>(user))
      rows = std::min(rows, numLeadingLoops(generic.getMatchingIndexingMap(&use)));
    else
      return 0; // read at computed indices, or handed through
  }
  return rows;
}

/// Returns at how many leading dimensions `value` is written at the row of the loops.
static unsigned rowsOfDefinition(Value value) {
  auto result = dyn_cast<OpResult>(value);
  if (!result)
    return 0;
  if (std::optional<unsigned> kept = numKeptDims(result.getOwner()))
    return std::min(*kept, rowsOfDefinition(result.getOwner()->getOperand(0)));
  auto generic = dyn_cast<linalg::GenericOp>(result.getOwner());
  return generic ? numLeadingLoops(generic.getIndexingMapMatchingResult(result)) : 0;
}

RowAccess shardc::computeRowAccess(LowerableOpInterface op) {
  Block block;
  for (Value operand : op->getOperands())
    block.addArgument(withoutEncoding(operand.getType()), op->getLoc());
  OpBuilder builder(op.getContext());
  builder.setInsertionPointToEnd(&block);
  SmallVector<Value> results = op.lowerToLinalg(builder, block.getArguments());

  RowAccess access;
  access.numRows = op.getNumRowDims();
  access.sizes = op.getRowShape();
  for (BlockArgument argument : block.getArguments())
    access.operands.push_back(rowsOfUses(argument));
  for (Value result : results)
    access.results.push_back(rowsOfDefinition(result));
  block.dropAllDefinedValueUses();
  return access;
}

//=== ------------------------------------------------------------------------------------------===//
// In place
//=== ------------------------------------------------------------------------------------------===//

/// Returns true if `generic` alone reads `argument`, each time at the index of the loops.
static bool isReadInPlace(BlockArgument argument, linalg::GenericOp generic) {
  return !argument.use_empty() && llvm::all_of(argument.getUses(), [&](OpOperand &use) {
    return use.getOwner() == generic && generic.isDpsInput(&use) && generic.getMatchingIndexingMap(&use).isIdentity();
  });
}

SmallVector<int64_t> shardc::computeInPlace(Block &body) {
  SmallVector<int64_t> pairs;
  for (auto [number, value] : llvm::enumerate(body.getTerminator()->getOperands())) {
    auto generic = value.getDefiningOp<linalg::GenericOp>();
    if (!generic || generic.getNumParallelLoops() != generic.getNumLoops() ||
        !generic.getIndexingMapMatchingResult(cast<OpResult>(value)).isIdentity())
      continue;
    for (BlockArgument argument : body.getArguments())
      if (bytesOf(argument.getType()) == bytesOf(value.getType()) && isReadInPlace(argument, generic))
        pairs.append({static_cast<int64_t>(number), argument.getArgNumber()});
  }
  return pairs;
}
