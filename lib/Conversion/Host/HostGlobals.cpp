//===- HostGlobals.cpp - Declarations and constants of the host code ---------------------------===//
#include "HostGlobals.h"
#include "shardc/Interfaces/OpInterfaces.h"
#include "shardrt/abi.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

LLVM::LLVMFuncOp HostGlobals::declare(StringRef name, LLVM::LLVMFunctionType type) {
  LLVM::LLVMFuncOp &function = functions[name];
  if (!function)
    function = create<LLVM::LLVMFuncOp>(name, type);
  return function;
}

LLVM::GlobalOp HostGlobals::array(DenseElementsAttr elements, StringRef prefix) {
  auto type = LLVM::LLVMArrayType::get(elements.getElementType(), elements.getNumElements());
  auto flat = elements.reshape(RankedTensorType::get({elements.getNumElements()}, elements.getElementType()));
  constexpr uint64_t alignment = 64;
  return create<LLVM::GlobalOp>(type, /*isConstant=*/true, LLVM::Linkage::Private, (prefix + Twine(numGlobals++)).str(),
                                flat, alignment);
}

LLVM::GlobalOp HostGlobals::constant(DenseElementsAttr elements) {
  LLVM::GlobalOp &global = constants[elements];
  if (!global)
    global = array(elements, "constant.");
  return global;
}

LLVM::GlobalOp HostGlobals::text(StringRef text) {
  LLVM::GlobalOp &global = texts[text];
  if (global)
    return global;
  std::string bytes = text.str() + '\0';
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size());
  global = create<LLVM::GlobalOp>(type, /*isConstant=*/true, LLVM::Linkage::Private,
                                  ("text." + Twine(numGlobals++)).str(), builder.getStringAttr(bytes));
  return global;
}

static int32_t kindOf(exec::CollectiveOp op) {
  switch (op.getKind()) {
  case exec::CollectiveKind::AllReduce:
    return SHARDRT_ALL_REDUCE;
  case exec::CollectiveKind::AllGather:
    return SHARDRT_ALL_GATHER;
  case exec::CollectiveKind::ReduceScatter:
    return SHARDRT_REDUCE_SCATTER;
  }
  llvm_unreachable("not a kind of collective");
}

/// A collective without a reduction says sum, which nobody reads.
static int32_t reductionOf(exec::CollectiveOp op) {
  switch (op.getReduction().value_or(exec::Reduction::Sum)) {
  case exec::Reduction::Sum:
    return SHARDRT_SUM;
  case exec::Reduction::Max:
    return SHARDRT_MAX;
  }
  llvm_unreachable("not a reduction");
}

LLVM::GlobalOp HostGlobals::collective(exec::CollectiveOp op, ArrayRef<int64_t> segments) {
  auto shape = RankedTensorType::get({static_cast<int64_t>(segments.size())}, builder.getI64Type());
  LLVM::GlobalOp table = array(DenseElementsAttr::get(shape, segments), "segments.");
  LLVM::GlobalOp cause = text(op.getCause());
  int64_t dtype = dtypeOf(cast<RankedTensorType>(op.getInputs().front().getType()).getElementType());
  int64_t numbers[] = {kindOf(op),
                       reductionOf(op),
                       dtype,
                       groups.indexOf(op.getAxes()),
                       static_cast<int64_t>(*op.getIndex()),
                       static_cast<int64_t>(op.getDims().size())};

  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  SmallVector<Type> fields(std::size(numbers), builder.getI32Type());
  fields.append({pointer, pointer});
  auto type = LLVM::LLVMStructType::getLiteral(builder.getContext(), fields);
  auto global = create<LLVM::GlobalOp>(type, /*isConstant=*/true, LLVM::Linkage::Private,
                                       ("collective." + Twine(numGlobals++)).str(), Attribute());
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&global.getInitializerRegion());
  Value desc = LLVM::UndefOp::create(builder, type);
  int64_t position = 0;
  for (int64_t number : numbers)
    desc = LLVM::InsertValueOp::create(
        builder, desc, LLVM::ConstantOp::create(builder, builder.getI32IntegerAttr(number)), position++);
  desc = LLVM::InsertValueOp::create(builder, desc, LLVM::AddressOfOp::create(builder, table), position++);
  desc = LLVM::InsertValueOp::create(builder, desc, LLVM::AddressOfOp::create(builder, cause), position);
  LLVM::ReturnOp::create(builder, desc);
  return global;
}
