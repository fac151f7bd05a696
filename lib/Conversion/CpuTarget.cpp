//===- CpuTarget.cpp - Rows and elements on a CPU ------------------------------------------------------------------------------===//
#include "KernelTarget.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

static KernelTarget::Values emitLoop(OpBuilder &b, Location loc, Value begin, Value end, int64_t step, ValueRange carried,
                                     KernelTarget::LoopBody body) {
  Value stride = arith::ConstantIndexOp::create(b, loc, step);
  auto loop = scf::ForOp::create(b, loc, begin, end, stride, carried,
                                 [&](OpBuilder &inner, Location, Value position, ValueRange values) {
                                   OpBuilder::InsertPoint outside = b.saveInsertionPoint();
                                   b.setInsertionPointToEnd(inner.getInsertionBlock());
                                   scf::YieldOp::create(b, loc, body(position, values));
                                   b.restoreInsertionPoint(outside);
                                 });
  return llvm::to_vector_of<Value>(loop.getResults());
}

void CpuTarget::emitRows(OpBuilder &b, Location loc, Value begin, Value end, llvm::function_ref<void(Value)> body) const {
  emitLoop(b, loc, begin, end, 1, {}, [&](Value row, ValueRange) -> Values {
    body(row);
    return {};
  });
}

KernelTarget::Values CpuTarget::emitElements(OpBuilder &b, Location loc, int64_t begin, int64_t end, int64_t step,
                                             ValueRange carried, LoopBody body) const {
  Value first = arith::ConstantIndexOp::create(b, loc, begin);
  if (end - begin == step) // one position needs no loop
    return body(first, carried);
  return emitLoop(b, loc, first, arith::ConstantIndexOp::create(b, loc, end), step, carried, body);
}

Value CpuTarget::emitScratch(OpBuilder &b, Location loc, int64_t elements, Type type) const {
  constexpr int64_t cacheLine = 64;
  return memref::AllocaOp::create(b, loc, MemRefType::get({elements}, type), b.getI64IntegerAttr(cacheLine));
}
