//===- GpuTarget.cpp - Rows and elements on the threads of a GPU -------------------------------===//
#include "GpuTarget.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

static constexpr int64_t warp = 32, mostThreads = 512, usualThreads = 128;
/// Two for each multiprocessor of today's largest.
static constexpr int64_t mostSummingBlocks = 288;
/// Space of memory that the threads of a block share.
static constexpr int64_t sharedMemory = 3;

//=== ------------------------------------------------------------------------------------------===//
// Shape
//=== ------------------------------------------------------------------------------------------===//

/// Returns the most vectors of 16 bytes that the innermost loop of a stage has.
static int64_t vectorsOf(const KernelPlan &plan) {
  int64_t most = 1;
  for (const Stage &stage : plan.stages) {
    int64_t bytes = 8;
    for (unsigned node : stage.nodes) {
      for (const Access &access : plan.nodes[node].inputs)
        bytes = std::min<int64_t>(bytes, plan.slots[access.slot].type.getElementTypeBitWidth() / 8);
      for (const Output &output : plan.nodes[node].outputs)
        bytes = std::min<int64_t>(bytes, plan.slots[output.access.slot].type.getElementTypeBitWidth() / 8);
    }
    if (!stage.inner.empty())
      most = std::max<int64_t>(most, llvm::divideCeil(stage.inner.back() * bytes, 16));
  }
  return most;
}

/// Returns whether threads of a row exchange more than scalars, for which all of a block wait.
static bool usesScratch(const KernelPlan &plan) {
  return llvm::any_of(plan.slots, [](const Slot &slot) {
    return slot.origin == Slot::Local && slot.results.empty() && slot.needsMemory && !slot.accumulatesRows;
  });
}

FailureOr<KernelPlan> codegen::planGpuKernel(exec::KernelOp kernel) {
  FailureOr<KernelPlan> plan = readKernel(kernel);
  if (failed(plan))
    return failure();
  flattenRows(*plan);
  assignStages(*plan);
  return plan;
}

GpuShape codegen::chooseShape(const KernelPlan &plan) {
  constexpr int64_t vectorsPerThread = 4;
  int64_t vectors = vectorsOf(plan), rows = plan.numRows(), widestSum = 0;
  for (const Slot &slot : plan.slots)
    if (slot.accumulatesRows)
      widestSum = std::max(widestSum, slot.type.getNumElements());

  GpuShape shape;
  shape.lanes = vectors <= warp
                    ? llvm::bit_ceil(uint64_t(vectors))
                    : std::clamp<int64_t>(llvm::bit_floor(uint64_t(vectors / vectorsPerThread)), warp, mostThreads);
  // Copies of a wide sum cost more than idle threads.
  bool severalRows = shape.lanes < usualThreads && !usesScratch(plan) && widestSum <= warp && shape.lanes <= warp;
  if (severalRows)
    while (shape.threads() < usualThreads && rows % (2 * shape.rowsPerBlock) == 0)
      shape.rowsPerBlock *= 2;
  shape.rowBlocks = rows / shape.rowsPerBlock;
  shape.grid =
      widestSum > 0 ? std::min(shape.rowBlocks, mostSummingBlocks) : std::min<int64_t>(shape.rowBlocks, INT32_MAX);
  // Sums loop over few rows too, so that the same code serves many.
  shape.loops = widestSum > 0 || shape.grid < shape.rowBlocks;
  return shape;
}

//=== ------------------------------------------------------------------------------------------===//
// Threads
//=== ------------------------------------------------------------------------------------------===//

static Value toIndex(OpBuilder &b, Location loc, Value number) {
  return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), number);
}

static Value index(OpBuilder &b, Location loc, int64_t number) {
  return arith::ConstantIndexOp::create(b, loc, number);
}

static Value integer(OpBuilder &b, Location loc, int64_t number) {
  return arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(static_cast<int32_t>(number)));
}

Value GpuTarget::threadInBlock(OpBuilder &b, Location loc) {
  return toIndex(b, loc, NVVM::ThreadIdXOp::create(b, loc, b.getI32Type()));
}

Value GpuTarget::blockInGrid(OpBuilder &b, Location loc) {
  return toIndex(b, loc, NVVM::BlockIdXOp::create(b, loc, b.getI32Type()));
}

Value GpuTarget::lane(OpBuilder &b, Location loc) {
  if (shape.rowsPerBlock == 1)
    return threadInBlock(b, loc);
  return arith::RemUIOp::create(b, loc, threadInBlock(b, loc), index(b, loc, shape.lanes));
}

Value GpuTarget::emitCopyNumber(OpBuilder &b, Location loc) {
  Value block = blockInGrid(b, loc);
  if (shape.rowsPerBlock == 1)
    return block;
  Value first = arith::MulIOp::create(b, loc, block, index(b, loc, shape.rowsPerBlock));
  Value inBlock = arith::DivUIOp::create(b, loc, threadInBlock(b, loc), index(b, loc, shape.lanes));
  return arith::AddIOp::create(b, loc, first, inBlock);
}

void GpuTarget::emitRows(OpBuilder &b, Location loc, Value begin, Value end, llvm::function_ref<void(Value)> body) {
  Value first = emitCopyNumber(b, loc);
  if (!shape.loops)
    return body(first);
  Value numBlocks = toIndex(b, loc, NVVM::GridDimXOp::create(b, loc, b.getI32Type()));
  Value step = b.createOrFold<arith::MulIOp>(loc, numBlocks, index(b, loc, shape.rowsPerBlock));
  emitStridedLoop(b, loc, first, end, step, {}, [&](Value row, ValueRange) -> Values {
    body(row);
    emitSync(b, loc); // all are done with what the row kept
    return {};
  });
}

KernelTarget::Values GpuTarget::emitLoop(OpBuilder &b, Location loc, int64_t begin, int64_t end, int64_t step,
                                         ValueRange carried, LoopBody body) {
  Value first = index(b, loc, begin);
  if (end - begin == step)
    return body(first, carried);
  return emitStridedLoop(b, loc, first, index(b, loc, end), index(b, loc, step), carried, body);
}

KernelTarget::Values GpuTarget::emitElements(OpBuilder &b, Location loc, int64_t begin, int64_t end, int64_t step,
                                             ValueRange carried, LoopBody body) {
  Value offset = arith::MulIOp::create(b, loc, lane(b, loc), index(b, loc, step));
  Value first = b.createOrFold<arith::AddIOp>(loc, offset, index(b, loc, begin));
  int64_t stride = step * shape.lanes;
  return emitStridedLoop(b, loc, first, index(b, loc, end), index(b, loc, stride), carried, body);
}

KernelTarget::Values GpuTarget::emitPositions(OpBuilder &b, Location loc, int64_t begin, int64_t end, int64_t step) {
  constexpr int64_t most = 4; // of which registers can hold some values each
  int64_t stride = step * shape.lanes, count = (end - begin) / stride;
  if ((end - begin) % stride != 0 || count > most)
    return {};
  Value first = arith::MulIOp::create(b, loc, lane(b, loc), index(b, loc, step));
  return llvm::map_to_vector(llvm::seq<int64_t>(0, count), [&](int64_t i) {
    return b.createOrFold<arith::AddIOp>(loc, first, index(b, loc, begin + i * stride));
  });
}

void GpuTarget::emitOnce(OpBuilder &b, Location loc, llvm::function_ref<void()> body) {
  if (shape.lanes == 1)
    return body();
  Value isFirst = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, lane(b, loc), index(b, loc, 0));
  auto branch = scf::IfOp::create(b, loc, isFirst, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

//=== ------------------------------------------------------------------------------------------===//
// Exchange between threads
//=== ------------------------------------------------------------------------------------------===//

/// All threads of the warp; a block may be smaller than one.
Value GpuTarget::warpMask(OpBuilder &b, Location loc) {
  return integer(b, loc, shape.threads() >= warp ? -1 : (int64_t(1) << shape.threads()) - 1);
}

/// Returns the value of the thread whose number differs in one bit.
Value GpuTarget::shuffle(OpBuilder &b, Location loc, Value value, int64_t distance) {
  Type type = value.getType();
  auto exchangeWord = [&](Value word) -> Value {
    return NVVM::ShflOp::create(b, loc, word.getType(), warpMask(b, loc), word, integer(b, loc, distance),
                                integer(b, loc, warp - 1), NVVM::ShflKind::bfly, UnitAttr());
  };
  if (type.getIntOrFloatBitWidth() == 32)
    return exchangeWord(value);
  assert(type.getIntOrFloatBitWidth() == 64 && "what is reduced has 32 or 64 bits");
  Value bits = type.isInteger() ? value : arith::BitcastOp::create(b, loc, b.getI64Type(), value).getResult();
  Value half = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(32));
  Value low = exchangeWord(arith::TruncIOp::create(b, loc, b.getI32Type(), bits));
  Value high = exchangeWord(
      arith::TruncIOp::create(b, loc, b.getI32Type(), arith::ShRUIOp::create(b, loc, bits, half).getResult()));
  Value wideHigh = arith::ShLIOp::create(b, loc, arith::ExtUIOp::create(b, loc, b.getI64Type(), high), half);
  bits = arith::OrIOp::create(b, loc, wideHigh, arith::ExtUIOp::create(b, loc, b.getI64Type(), low));
  return type.isInteger() ? bits : arith::BitcastOp::create(b, loc, type, bits).getResult();
}

Value GpuTarget::emitCombine(OpBuilder &b, Location loc, Value value, llvm::function_ref<Value(Value, Value)> combine) {
  auto combineWithin = [&](int64_t size) {
    for (int64_t distance = size / 2; distance > 0; distance /= 2)
      value = combine(value, shuffle(b, loc, value, distance));
  };
  combineWithin(std::min(shape.lanes, warp));
  int64_t numWarps = shape.lanes / warp;
  if (numWarps <= 1)
    return value;
  Value &memory = exchange[value.getType()];
  if (!memory)
    memory = emitScratch(b, loc, numWarps, value.getType());
  emitSync(b, loc); // all have read what the last exchange left
  Value thread = threadInBlock(b, loc), inWarp = arith::RemUIOp::create(b, loc, thread, index(b, loc, warp));
  Value isFirst = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, inWarp, index(b, loc, 0));
  auto branch = scf::IfOp::create(b, loc, isFirst, /*withElseRegion=*/false);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    Value ofWarp = arith::DivUIOp::create(b, loc, thread, index(b, loc, warp));
    memref::StoreOp::create(b, loc, value, memory, ofWarp);
  }
  emitSync(b, loc);
  // Every warp combines the values of all warps, so that no third exchange is needed.
  value = memref::LoadOp::create(b, loc, memory,
                                 arith::RemUIOp::create(b, loc, inWarp, index(b, loc, numWarps)).getResult());
  combineWithin(numWarps);
  return value;
}

void GpuTarget::emitSync(OpBuilder &b, Location loc) {
  if (shape.lanes == 1)
    return;
  if (shape.rowsPerBlock != 1) {
    NVVM::SyncWarpOp::create(b, loc, warpMask(b, loc));
    return;
  }
  // What nvvm.barrier stands for, whose text takes a word behind it, such as a location, for a reduction.
  Value barrier = arith::ConstantIntOp::create(b, loc, 0, 32);
  LLVM::CallIntrinsicOp::create(b, loc, b.getStringAttr("llvm.nvvm.barrier.cta.sync.aligned.all"), barrier);
}

Value GpuTarget::emitScratch(OpBuilder &b, Location loc, int64_t elements, Type type) {
  auto function = b.getInsertionBlock()->getParent()->getParentOfType<FunctionOpInterface>();
  auto module = function->getParentOfType<ModuleOp>();
  auto memory = MemRefType::get({elements}, type, MemRefLayoutAttrInterface(), b.getI64IntegerAttr(sharedMemory));
  std::string name;
  for (unsigned i = 0; name.empty() || module.lookupSymbol(name); ++i)
    name = (function.getName() + "$shared" + Twine(i)).str();
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(module.getBody());
  memref::GlobalOp::create(b, loc, name, b.getStringAttr("private"), memory, b.getUnitAttr(), /*constant=*/false,
                           b.getI64IntegerAttr(16));
  b.setInsertionPointToStart(&function.getFunctionBody().front());
  return memref::GetGlobalOp::create(b, loc, memory, name);
}
