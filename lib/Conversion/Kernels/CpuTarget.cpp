//===- CpuTarget.cpp - Rows and elements on a CPU ----------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "shardc/Conversion/Kernels/KernelTarget.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

KernelTarget::Values codegen::emitStridedLoop(OpBuilder &b, Location loc, Value begin, Value end, Value step,
                                              ValueRange carried, KernelTarget::LoopBody body) {
  auto loop = scf::ForOp::create(b, loc, begin, end, step, carried);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  KernelTarget::Values results = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!carried.empty()) // without values the loop has its terminator already
    scf::YieldOp::create(b, loc, results);
  return llvm::to_vector_of<Value>(loop.getResults());
}

void CpuTarget::emitRows(OpBuilder &b, Location loc, Value begin, Value end, llvm::function_ref<void(Value)> body) {
  emitStridedLoop(b, loc, begin, end, arith::ConstantIndexOp::create(b, loc, 1), {},
                  [&](Value row, ValueRange) -> Values {
                    body(row);
                    return {};
                  });
}

KernelTarget::Values CpuTarget::emitLoop(OpBuilder &b, Location loc, int64_t begin, int64_t end, int64_t step,
                                         ValueRange carried, LoopBody body) {
  Value first = arith::ConstantIndexOp::create(b, loc, begin);
  if (end - begin == step) // one position needs no loop
    return body(first, carried);
  return emitStridedLoop(b, loc, first, arith::ConstantIndexOp::create(b, loc, end),
                         arith::ConstantIndexOp::create(b, loc, step), carried, body);
}

Value CpuTarget::emitScratch(OpBuilder &b, Location loc, int64_t elements, Type type) {
  constexpr int64_t cacheLine = 64;
  return memref::AllocaOp::create(b, loc, MemRefType::get({elements}, type), b.getI64IntegerAttr(cacheLine));
}
