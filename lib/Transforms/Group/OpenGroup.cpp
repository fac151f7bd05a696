//===- OpenGroup.cpp - Operations on their way into one kernel ---------------------------------===//
#include "OpenGroup.h"
#include "shardc/Dialect/Dist/Dist.h"

using namespace mlir;
using namespace shardc;

/// Kernels of more operations than this gain nothing, and are different each time.
static constexpr size_t mostOps = 16;

bool shardc::isAlias(Operation *op) {
  return isa<dist::VaryOp, dist::UnifyOp, dist::KeepOp, dist::AfterOp>(op);
}

std::optional<SmallVector<int64_t>> OpenGroup::joinedRows(const RowAccess &access) const {
  size_t count = std::min<size_t>(rows.size(), access.numRows);
  if (count == 0 && (!rows.empty() || access.numRows != 0)) // a kernel of one row runs on one thread
    return std::nullopt;
  ArrayRef<int64_t> joined = ArrayRef<int64_t>(rows).take_front(count);
  if (ArrayRef<int64_t>(access.sizes).take_front(count) != joined)
    return std::nullopt;
  return llvm::to_vector(joined);
}

/// Returns true for a number. Where elements of a list differ in one, kernels that took it in would differ too.
static bool isNumber(Operation *op) {
  return op->getNumOperands() == 0 && cast<RankedTensorType>(op->getResult(0).getType()).getRank() == 0;
}

bool OpenGroup::canJoin(LowerableOpInterface op) {
  if (ops.empty())
    return true;
  if (isNumber(ops.front()))
    return false;
  const RowAccess &access = kernels.getRowAccess(op);
  std::optional<SmallVector<int64_t>> joined = joinedRows(access);
  if (!joined || ops.size() >= mostOps)
    return false;
  bool shares = false;
  for (auto [number, operand] : llvm::enumerate(op->getOperands())) {
    Value value = canonical(operand);
    auto produced = resultNumbers.find(value);
    if (produced == resultNumbers.end()) {
      shares |= inputNumbers.contains(value) && cast<RankedTensorType>(value.getType()).getRank() > 0;
      continue;
    }
    shares = true;
    if (access.operands[number] < joined->size() || produced->second.second < joined->size())
      return false;
  }
  return shares;
}

void OpenGroup::join(LowerableOpInterface op) {
  const RowAccess &access = kernels.getRowAccess(op);
  rows =
      ops.empty() ? llvm::to_vector(ArrayRef<int64_t>(access.sizes).take_front(access.numRows)) : *joinedRows(access);
  for (Value operand : op->getOperands()) {
    Value value = canonical(operand);
    auto produced = resultNumbers.find(value);
    if (produced != resultNumbers.end())
      wiring.push_back(-1 - produced->second.first);
    else
      wiring.push_back(inputNumbers.insert({value, inputNumbers.size()}).first->second);
  }
  for (auto [number, result] : llvm::enumerate(op->getResults()))
    resultNumbers.insert({result, {resultNumbers.size(), access.results[number]}});
  ops.push_back(op);
  members.insert(op);
}

/// Looks through other names of the value.
bool OpenGroup::isUsedOutside(Value value) const {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (isAlias(user))
      return canonical(user->getOperand(0)) == canonical(value) && isUsedOutside(user->getResult(0));
    return !members.contains(user);
  });
}

OpenGroup::Closed OpenGroup::close() {
  KernelGroup group;
  group.ops = ops;
  group.rows = rows;
  group.wiring = wiring;
  Closed closed;
  for (auto &[value, number] : inputNumbers) {
    closed.inputs.push_back(value);
    group.inputs.push_back(withoutEncoding(value.getType()));
  }
  for (auto &[value, number] : resultNumbers)
    if (isUsedOutside(value)) {
      closed.outputs.push_back(value);
      group.outputs.push_back(number.first);
    }
  closed.kernel = kernels.getKernel(group);
  ops.clear();
  members.clear();
  rows.clear();
  wiring.clear();
  inputNumbers.clear();
  resultNumbers.clear();
  return closed;
}
