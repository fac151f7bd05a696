//===- KernelTable.cpp - Kernels out of groups of operations -----------------------------------===//
#include "shardc/Transforms/Group/KernelTable.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"
#include "shardc/Transforms/EraseDead.h"

using namespace mlir;
using namespace shardc;

/// Prints a kernel as if it had no name of its own.
static std::string textOf(exec::KernelOp kernel) {
  StringAttr name = kernel.getSymNameAttr();
  kernel.setSymName("kernel");
  std::string text;
  llvm::raw_string_ostream os(text);
  kernel->print(os, OpPrintingFlags().useLocalScope());
  kernel.setSymNameAttr(name);
  return text;
}

KernelTable::KernelTable(ModuleOp module) : module(module), builder(module.getContext()) {
  for (Operation &op : *module.getBody()) {
    if (auto symbol = dyn_cast<SymbolOpInterface>(op))
      taken.insert(symbol.getName());
    if (auto kernel = dyn_cast<exec::KernelOp>(op))
      byText.try_emplace(textOf(kernel), FlatSymbolRefAttr::get(kernel.getSymNameAttr()));
  }
}

/// What an operation computes: its name, attributes and types.
Attribute KernelTable::signatureOf(Operation *op) {
  Attribute &signature = signatures[op];
  if (!signature)
    signature =
        builder.getArrayAttr({op->getName().getIdentifier(), op->getAttrDictionary(),
                              TypeAttr::get(builder.getFunctionType(op->getOperandTypes(), op->getResultTypes()))});
  return signature;
}

const RowAccess &KernelTable::getRowAccess(LowerableOpInterface op) {
  auto [entry, isNew] = rowAccesses.try_emplace(signatureOf(op));
  if (isNew)
    entry->second = computeRowAccess(op);
  return entry->second;
}

/// Returns the names of the operations, without their dialects, each once: "add_rms_norm".
static std::string nameOf(ArrayRef<Operation *> ops) {
  llvm::SetVector<StringRef> names;
  for (Operation *op : ops)
    names.insert(op->getName().stripDialect());
  constexpr size_t most = 4; // a name that still reads
  return llvm::join(names.getArrayRef().take_front(most), "_");
}

static int64_t flopsOf(ArrayRef<Operation *> ops) {
  int64_t flops = 0;
  for (Operation *op : ops)
    if (auto cost = dyn_cast<CostOpInterface>(op))
      flops += cost.getFlops();
  return flops;
}

/// Lowers the operations of a group one after another; returns its outputs.
static SmallVector<Value> lowerGroup(OpBuilder &builder, const KernelGroup &group, ValueRange arguments) {
  SmallVector<Value> results;
  ArrayRef<int64_t> wiring = group.wiring;
  for (Operation *op : group.ops) {
    auto valueOf = [&](int64_t wire) { return wire >= 0 ? arguments[wire] : results[-1 - wire]; };
    SmallVector<Value> operands = llvm::map_to_vector(wiring.take_front(op->getNumOperands()), valueOf);
    llvm::append_range(results, cast<LowerableOpInterface>(op).lowerToLinalg(builder, operands));
    wiring = wiring.drop_front(op->getNumOperands());
  }
  return llvm::map_to_vector(group.outputs, [&](int64_t output) { return results[output]; });
}

FlatSymbolRefAttr KernelTable::getKernel(const KernelGroup &group) {
  SmallVector<Attribute> parts = llvm::map_to_vector(group.ops, [&](Operation *op) { return signatureOf(op); });
  parts.push_back(builder.getDenseI64ArrayAttr(group.rows));
  parts.push_back(builder.getDenseI64ArrayAttr(group.wiring));
  parts.push_back(builder.getDenseI64ArrayAttr(group.outputs));
  FlatSymbolRefAttr &kernel = bySignature[builder.getArrayAttr(parts)];
  if (!kernel)
    kernel = getKernel(group.ops.front()->getLoc(), nameOf(group.ops), group.inputs, group.rows, flopsOf(group.ops),
                       [&](OpBuilder &b, ValueRange arguments) { return lowerGroup(b, group, arguments); });
  for (Operation *op : group.ops) // they are replaced, and their addresses may be taken again
    signatures.erase(op);
  return kernel;
}

/// Operations of a group often compute the same thing, such as the scale of a norm.
static void shareEqualOps(exec::KernelOp kernel) {
  IRRewriter rewriter(kernel.getContext());
  DominanceInfo dominance(kernel);
  eliminateCommonSubExpressions(rewriter, dominance, kernel);
}

FlatSymbolRefAttr KernelTable::getKernel(Location loc, StringRef name, TypeRange inputs, ArrayRef<int64_t> rows,
                                         int64_t flops, KernelBuilder build) {
  OperationState state(loc, exec::KernelOp::getOperationName());
  Block *body = new Block;
  state.addRegion()->push_back(body);
  for (Type type : inputs)
    body->addArgument(type, loc);
  OpBuilder inner(loc.getContext());
  inner.setInsertionPointToEnd(body);
  SmallVector<Value> results = build(inner, body->getArguments());
  exec::YieldOp::create(inner, loc, results);
  eraseDead(*body);

  auto &properties = state.getOrAddProperties<exec::KernelOp::Properties>();
  properties.sym_name = builder.getStringAttr("kernel");
  properties.function_type = TypeAttr::get(builder.getFunctionType(inputs, TypeRange(ValueRange(results))));
  properties.rows = builder.getDenseI64ArrayAttr(rows);
  properties.in_place = builder.getDenseI64ArrayAttr(computeInPlace(*body));
  properties.flops = builder.getI64IntegerAttr(flops);
  auto kernel = cast<exec::KernelOp>(Operation::create(state));
  shareEqualOps(kernel);

  FlatSymbolRefAttr &symbol = byText[textOf(kernel)];
  if (symbol) {
    kernel->erase();
    return symbol;
  }
  do
    kernel.setSymName((name + "_" + Twine(numNamed[name]++)).str());
  while (!taken.insert(kernel.getSymName()).second);
  // Kernels stand before what launches them, in order of first use.
  for (Operation &op : module.getBody()->getOperations())
    if (isa<func::FuncOp, exec::SectionOp>(op)) {
      module.getBody()->getOperations().insert(Block::iterator(op), kernel);
      return symbol = FlatSymbolRefAttr::get(kernel.getSymNameAttr());
    }
  module.push_back(kernel);
  return symbol = FlatSymbolRefAttr::get(kernel.getSymNameAttr());
}
