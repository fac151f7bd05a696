//===- Keep.cpp - Values that are not recomputed -----------------------------------------------===//
#include "shardc/Dialect/Dist/Dist.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

/// Any placement passes, P too: partition decides as if the mark were not there.
ShardingRule KeepOp::getShardingRule() {
  return ShardingRule::pointwise(getType().getRank(), 1).linearIn({0});
}

SmallVector<Value> KeepOp::buildVJP(OpBuilder &, ValueRange cotangents) {
  return {cotangents[0]};
}
